/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot image: the user's, or the current one for the architecture and the GPU, by the public parameters
 * that Canonical and AWS keep:
 * https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/
 * https://docs.aws.amazon.com/dlami/latest/devguide/find-dlami-id.html
 * Its architecture is checked before anything is bought.
 */
#include "backends/aws/launch.h"

#include "kit/error.h"
#include "kit/json.h"

#include <string.h>

static const struct {
    uint32_t arch;
    int gpu;
    const char *parameter;
} images[] = {
    {AW_ARCH_AMD64, 0,
     "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id"},
    {AW_ARCH_ARM64, 0,
     "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id"},
    {AW_ARCH_AMD64, 1,
     "/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-ubuntu-22.04/latest/ami-id"},
    {AW_ARCH_ARM64, 1,
     "/aws/service/deeplearning/ami/arm64/base-oss-nvidia-driver-gpu-ubuntu-22.04/latest/ami-id"},
};

static const char *parameter_for(const aw_create *wish)
{
    int gpu = wish->offer_data && strstr(wish->offer_data, "gpu=nvidia");
    for (size_t i = 0; i < sizeof images / sizeof *images; i++)
        if (images[i].arch == wish->arch && images[i].gpu == gpu)
            return images[i].parameter;
    return NULL;
}

static const char *arch_word(uint32_t arch)
{
    return arch == AW_ARCH_ARM64 ? "arm64" : "x86_64";
}

static void check(struct launch *launch, kit_xml *document, const kit_xml_node *image)
{
    const aw_create *wish = launch->wish;
    const char *word = kit_xml_text(document, image, "architecture");
    const char *device = kit_xml_text(document, image, "rootDeviceName");
    const char *state = kit_xml_find_text(image, "imageState", "available");
    if (document->error.code)
        return aws_fail_unread(launch->op, "DescribeImages", &document->error);
    if (aw_arch(launch->op, word) != wish->arch)
        return kit_fail(launch->op, AW_E_INVALID,
                        "The image %.40s is for %.20s and %.40s is a machine of %s: name an image "
                        "of that architecture, or none.",
                        launch->image, word, wish->instance_type, arch_word(wish->arch));
    if (strcmp(state, "available") != 0)
        return kit_fail(launch->op, AW_E_INVALID, "The image %.40s is not available: it is %.20s.",
                        launch->image, state);
    launch->root_device = kit_copy_text(launch->op, device);
    if (launch->root_device)
        launch_find_reservation(launch);
}

static void on_image(aw_op *op, const aw_response *answer, void *arg)
{
    struct launch *launch = arg;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse(&document, answer);
    const kit_xml_node *set = kit_xml_child(&document, root, "imagesSet");
    const kit_xml_node *image = kit_xml_first(set, "item");
    if (document.error.code)
        aws_fail_unread(op, "DescribeImages", &document.error);
    else if (!image)
        kit_fail(op, AW_E_INVALID, "There is no image %.40s in %s.", launch->image,
                 launch->wish->region);
    else
        check(launch, &document, image);
}

static void describe(struct launch *launch)
{
    kit_request request;
    aws_query_init(&request, launch->op, AWS_EC2, "DescribeImages", launch->wish->region);
    aws_query_add(&request, launch->image, "ImageId.1");
    request.wire.flags |= AW_REQUEST_SHARED;
    kit_request_send(&request, on_image, NULL, launch);
}

static void on_parameter(aw_op *op, const aw_response *answer, void *arg)
{
    struct launch *launch = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node parameter = kit_json_object(&root, "Parameter");
    const char *value = kit_json_text(&parameter, "Value");
    if (document.error.code)
        return aws_fail_unread(op, "GetParameter", &document.error);
    launch->image = kit_copy_text(op, value);
    if (launch->image)
        describe(launch);
}

static void on_no_parameter(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    const struct launch *launch = arg;
    aw_error copy = *error;
    (void)answer;
    if (error->code == AW_E_NOT_FOUND)
        kit_error_set(&copy, AW_E_INVALID,
                      "%s has no current image for %s: name one (`--image ami-...`).",
                      launch->wish->region, arch_word(launch->wish->arch));
    aw_fail(op, &copy);
}

static void ask_parameter(struct launch *launch)
{
    const char *name = parameter_for(launch->wish);
    kit_request request;
    aws_json_init(&request, launch->op, AWS_SSM, "GetParameter", launch->wish->region,
                  json_pack("{s:s}", "Name", name));
    request.wire.flags |= AW_REQUEST_SHARED;
    kit_request_send(&request, on_parameter, on_no_parameter, launch);
}

void launch_find_image(struct launch *launch)
{
    const char *image = launch->wish->image;
    if (image && strncmp(image, "ami-", 4) != 0)
        return kit_fail(launch->op, AW_E_INVALID,
                        "`%.60s` is no image of EC2's: write its id, ami-...", image);
    launch->image = image;
    if (image)
        describe(launch);
    else
        ask_parameter(launch);
}

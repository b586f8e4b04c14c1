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
     "/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-ubuntu-24.04/latest/ami-id"},
    {AW_ARCH_ARM64, 1,
     "/aws/service/deeplearning/ami/arm64/base-oss-nvidia-driver-gpu-ubuntu-24.04/latest/ami-id"},
};

/* Offers say so; an AMD GPU or AWS's own accelerators need drivers of their own. */
static int has_nvidia(const aw_create *wish)
{
    return wish->offer_data && !strcmp(wish->offer_data, "gpu=nvidia");
}

const char *launch_image_parameter(uint32_t arch, int gpu)
{
    for (size_t i = 0; i < sizeof images / sizeof *images; i++)
        if (images[i].arch == arch && images[i].gpu == gpu)
            return images[i].parameter;
    return NULL;
}

static const char *arch_word(uint32_t arch)
{
    return arch == AW_ARCH_ARM64 ? "arm64" : "x86_64";
}

/* The size of the volume that the image is copied to; 0: it does not say. */
static uint64_t root_gib(kit_xml *document, const kit_xml_node *image, const char *device)
{
    const kit_xml_node *set = kit_xml_find(image, "blockDeviceMapping");
    for (const kit_xml_node *item = kit_xml_first(set, "item"); item;
         item = kit_xml_next(item, "item"))
        if (!strcmp(kit_xml_find_text(item, "deviceName", ""), device))
            return (uint64_t)kit_xml_find_integer(document, kit_xml_find(item, "ebs"), "volumeSize",
                                                  0, INT32_MAX, 0);
    return 0;
}

static void check_disk(struct launch *launch, kit_xml *document, const kit_xml_node *image)
{
    const char *device = kit_xml_text(document, image, "rootDeviceName");
    const char *type = kit_xml_find_text(image, "rootDeviceType", "ebs");
    uint64_t least_gib = root_gib(document, image, device);
    uint64_t disk_mib = launch->wish->disk_mib;
    if (document->error.code)
        aws_fail_unread(launch->op, "DescribeImages", &document->error);
    else if (strcmp(type, "ebs") != 0)
        kit_fail(launch->op, AW_E_UNSUPPORTED,
                 "The image %.40s has its root disk on %.20s: name one of a volume (ebs).",
                 launch->image, type);
    else if (disk_mib && disk_mib < least_gib * 1024)
        kit_fail(launch->op, AW_E_INVALID,
                 "The image %.40s needs a root disk of at least %llu GiB: ask for as much, or "
                 "name no size.",
                 launch->image, (unsigned long long)least_gib);
    else if ((launch->root_device = kit_copy_text(launch->op, device)) != NULL)
        launch_find_reservation(launch);
}

static void check(struct launch *launch, kit_xml *document, const kit_xml_node *image)
{
    const aw_create *wish = launch->wish;
    const char *word = kit_xml_text(document, image, "architecture");
    const char *state = kit_xml_find_text(image, "imageState", "available");
    if (document->error.code)
        aws_fail_unread(launch->op, "DescribeImages", &document->error);
    else if (aw_arch(launch->op, word) != wish->arch)
        kit_fail(launch->op, AW_E_INVALID,
                 "The image %.40s is for %.20s and %.40s is a machine of %s: name an image of that "
                 "architecture, or none.",
                 launch->image, word, wish->instance_type, arch_word(wish->arch));
    else if (strcmp(state, "available") != 0)
        kit_fail(launch->op, AW_E_INVALID, "The image %.40s is not available: it is %.20s.",
                 launch->image, state);
    else
        check_disk(launch, document, image);
}

static void fail_without(const struct launch *launch)
{
    kit_fail(launch->op, AW_E_INVALID, "There is no image %.40s in %.40s for this account.",
             launch->image, launch->wish->region);
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
        fail_without(launch);
    else
        check(launch, &document, image);
}

static void on_no_image(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)answer;
    (void)arg;
    launch_fail_named(op, error);
}

static void describe(struct launch *launch)
{
    kit_request request;
    aws_query_init(&request, launch->op, AWS_EC2, "DescribeImages", launch->wish->region);
    aws_query_add(&request, launch->image, "ImageId.1");
    kit_request_send(&request, on_image, on_no_image, launch);
}

void launch_image_request(kit_request *request, aw_op *op, const char *region,
                          const char *parameter)
{
    aws_json_init(request, op, AWS_SSM, "GetParameter", region,
                  json_pack("{s:s}", "Name", parameter));
}

const char *launch_image_id(aw_op *op, const aw_response *answer)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node parameter = kit_json_object(&root, "Parameter");
    const char *value = kit_json_text(&parameter, "Value");
    if (!document.error.code)
        return kit_copy_text(op, value);
    aws_fail_unread(op, "GetParameter", &document.error);
    return NULL;
}

static void on_parameter(aw_op *op, const aw_response *answer, void *arg)
{
    struct launch *launch = arg;
    launch->image = launch_image_id(op, answer);
    if (launch->image)
        describe(launch);
}

static void on_no_parameter(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    const struct launch *launch = arg;
    (void)answer;
    if (error->code == AW_E_NOT_FOUND)
        kit_fail(op, AW_E_INVALID,
                 "%.40s has no current image for %s%s: name one (`--image ami-...`).",
                 launch->wish->region, arch_word(launch->wish->arch),
                 has_nvidia(launch->wish) ? " with NVIDIA's driver" : "");
    else
        aw_fail(op, error);
}

static void ask_parameter(struct launch *launch)
{
    kit_request request;
    launch_image_request(&request, launch->op, launch->wish->region,
                         launch_image_parameter(launch->wish->arch, has_nvidia(launch->wish)));
    kit_request_send(&request, on_parameter, on_no_parameter, launch);
}

void launch_find_image(struct launch *launch)
{
    const char *image = launch->wish->image;
    launch->image = image;
    if (!image)
        ask_parameter(launch);
    else if (strncmp(image, "ami-", 4) == 0)
        describe(launch);
    else
        kit_fail(launch->op, AW_E_INVALID, "`%.60s` is no image of EC2's: write its id, ami-...",
                 image);
}

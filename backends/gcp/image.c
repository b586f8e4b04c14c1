/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot image: the user's, or the current one for the architecture and the GPU. Its architecture is checked
 * before anything is bought. https://cloud.google.com/compute/docs/images/os-details
 */
#include "backends/gcp/create.h"

#include "kit/buf.h"
#include "kit/error.h"

#include <string.h>

static const struct {
    uint32_t arch;
    int gpu;
    const char *image;
} images[] = {
    {AW_ARCH_AMD64, 0, "projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64"},
    {AW_ARCH_ARM64, 0, "projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-arm64"},
    {AW_ARCH_AMD64, 1,
     "projects/ubuntu-os-accelerator-images/global/images/family/"
     "ubuntu-accelerator-2404-amd64-with-nvidia-580"},
    {AW_ARCH_ARM64, 1,
     "projects/ubuntu-os-accelerator-images/global/images/family/"
     "ubuntu-accelerator-2404-arm64-with-nvidia-580"},
};

const char *gcp_default_image(uint32_t arch, int nvidia)
{
    for (size_t i = 0; i < sizeof images / sizeof *images; i++)
        if (images[i].arch == arch && images[i].gpu == nvidia)
            return images[i].image;
    return NULL;
}

static const char *default_image(const aw_create *wish)
{
    size_t size = 0;
    const char *gpu = gcp_data_word(wish->offer_data, "gpu", &size);
    return gcp_default_image(wish->arch, gpu && size == 6 && !memcmp(gpu, "nvidia", 6));
}

static const char *arch_word(uint32_t arch)
{
    return arch == AW_ARCH_ARM64 ? "ARM64" : "X86_64";
}

/* An image of before 2022 does not say, and is for the only architecture that there was. */
static void on_image(aw_op *op, const aw_response *answer, void *arg)
{
    struct creation *creation = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    const char *name = kit_json_text(&root, "name");
    const char *word = kit_json_find_text(&root, "architecture", "X86_64");
    if (document.error.code)
        return gcp_fail_unread(op, "images", &document.error);
    if (aw_arch(op, word) != creation->wish->arch)
        return kit_fail(
            op, AW_E_INVALID,
            "The image %.60s is for %.20s and %.40s is a machine of %s: name an image of "
            "that architecture, or none.",
            name, word, creation->wish->instance_type, arch_word(creation->wish->arch));
    creation_open_firewall(creation);
}

static void on_no_image(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    const struct creation *creation = arg;
    (void)answer;
    if (error->code == AW_E_NOT_FOUND)
        kit_fail(
            op, AW_E_INVALID,
            "There is no image %.200s: write projects/P/global/images/NAME, or .../family/NAME.",
            creation->image);
    else
        aw_fail(op, error);
}

static void add_path(kit_request *request, aw_op *op, const char *path)
{
    char *text = kit_copy_text(op, path);
    while (text && *text) {
        char *end = text + strcspn(text, "/");
        char *next = *end ? end + 1 : end;
        *end = '\0';
        kit_request_path(request, text);
        text = next;
    }
}

/* A bare name is an image of the project's own; a link of the API's ends in the name. */
static const char *full_name(aw_op *op, const char *image)
{
    const struct gcp *gcp = op->state;
    const char *end = strstr(image, "/projects/");
    kit_buf name;
    if (end && !strncmp(image, "https://", 8))
        return end + 1;
    if (!strncmp(image, "projects/", 9))
        return image;
    kit_buf_init(&name, kit_op_memory(op), 1024);
    kit_buf_addf(&name, "projects/%s/global/images/%s", gcp->project, image);
    return name.state == KIT_BUF_OK ? kit_buf_text(&name) : NULL;
}

void gcp_image_request(kit_request *request, aw_op *op, const char *image)
{
    const struct gcp *gcp = op->state;
    kit_request_init(request, op, "images", "GET", gcp->compute);
    add_path(request, op, image);
    request->wire.flags |= AW_REQUEST_SHARED;
}

void creation_find_image(struct creation *creation)
{
    const char *image = creation->wish->image;
    kit_request request;
    if (image && !*image)
        return kit_fail(creation->op, AW_E_INVALID,
                        "The name of the image is empty: write projects/P/global/images/NAME or "
                        ".../family/NAME, or leave it out.");
    creation->image = image ? full_name(creation->op, image) : default_image(creation->wish);
    if (!creation->image)
        return;
    gcp_image_request(&request, creation->op, creation->image);
    kit_request_send(&request, on_image, on_no_image, creation);
}

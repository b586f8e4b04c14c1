/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the descriptions of SKUs, which are the only thing that says what is priced:
 *
 *     Spot Preemptible C4A Arm Instance Core running in Iowa
 *     Nvidia Tesla T4 GPU attached to Spot Preemptible VMs running in Americas
 *     SSD backed Local Storage in Zurich
 *     DWS Calendar Mode A4 Nvidia B200 (1 gpu slice) running in Americas
 *
 * [PREFIX] SUBJECT [attached to ...] [running in PLACE]. Where it is sold stands in serviceRegions, so the place only
 * must not say something else. A subject that is not known word for word is none.
 */
#include "backends/gcp/prices.h"

#include <ctype.h>
#include <string.h>

enum {
    LONGEST_DESCRIPTION = 160
};

/* ---- on other terms ---- */

#define M2_PREMIUM "memory optimized upgrade premium for memory-optimized"

/* Other ways to buy the same, at other prices. */
static const char *const other_terms[] = {
    "commitment", "reserved",         "custom",    "sole tenancy", "dws",
    "calendar",   "defined duration", "suspended", "workstation",  "extended",
};

static bool is_on_other_terms(const char *text)
{
    for (size_t i = 0; i < sizeof other_terms / sizeof *other_terms; i++)
        if (strstr(text, other_terms[i]))
            return true;
    const char *premium = strstr(text, "premium");
    return premium && !strstr(text, M2_PREMIUM);
}

/* ---- words ---- */

/* Takes the beginning off. */
static bool take_prefix(char **text, const char *prefix)
{
    size_t size = strlen(prefix);
    bool found = strncmp(*text, prefix, size) == 0;
    *text += found ? size : 0;
    return found;
}

/* Takes the end off. */
static bool take_suffix(char *text, const char *suffix)
{
    size_t size = strlen(text);
    size_t suffix_size = strlen(suffix);
    if (size < suffix_size || strcmp(text + size - suffix_size, suffix) != 0)
        return false;
    text[size - suffix_size] = '\0';
    return true;
}

static enum gcp_terms take_terms(char **text)
{
    if (take_prefix(text, "dws calendar mode "))
        return GCP_CALENDAR;
    bool is_spot = take_prefix(text, "spot preemptible ") || take_prefix(text, "preemptible ");
    return is_spot ? GCP_SPOT : GCP_ON_DEMAND;
}

/* Cuts the text before the words; returns what stood behind them, or NULL. */
static char *cut(char *text, const char *words)
{
    char *at = strstr(text, words);
    if (!at)
        return NULL;
    *at = '\0';
    return at + strlen(words);
}

/* "Frankfurt", "Northern Virginia"; not "Iowa for 1 Year" or "Iowa - something". */
static bool is_place(const char *text)
{
    return *text && text[strcspn(text, "0123456789")] == '\0' && !strstr(text, " for ") &&
           !strstr(text, " - ");
}

/* False: it is in a place that is none, or attached to something that is no spot machine. */
static bool cut_surroundings(char *text, struct gcp_part *part)
{
    const char *place = cut(text, " running in ");
    if (!place)
        place = cut(text, " in ");
    const char *host = cut(text, " attached to ");
    bool is_spot_host = host && (!strncmp(host, "spot ", 5) || !strncmp(host, "preemptible ", 12));
    if (is_spot_host)
        part->terms = GCP_SPOT;
    return (!place || is_place(place)) && (!host || is_spot_host);
}

/* ---- subjects ---- */

/* Those that follow no rule. */
static const struct subject {
    const char *text;
    enum gcp_part_kind kind;
    const char *name;
} subjects[] = {
    {"nvidia tesla t4 gpu", GCP_GPU, "nvidia-tesla-t4"},
    {"nvidia tesla p4 gpu", GCP_GPU, "nvidia-tesla-p4"},
    {"nvidia tesla p100 gpu", GCP_GPU, "nvidia-tesla-p100"},
    {"nvidia tesla v100 gpu", GCP_GPU, "nvidia-tesla-v100"},
    {"nvidia tesla a100 gpu", GCP_GPU, "nvidia-tesla-a100"},
    {"nvidia tesla a100 80gb gpu", GCP_GPU, "nvidia-a100-80gb"},
    {"nvidia l4 gpu", GCP_GPU, "nvidia-l4"},
    {"nvidia h100 80gb gpu", GCP_GPU, "nvidia-h100-80gb"},
    {"nvidia h100 80gb mega gpu", GCP_GPU, "nvidia-h100-mega-80gb"},
    {"nvidia h100 80gb plus gpu", GCP_GPU, "nvidia-h100-mega-80gb"},
    {"nvidia h200 141gb gpu", GCP_GPU, "nvidia-h200-141gb"},
    {"h200 141gb gpu", GCP_GPU, "nvidia-h200-141gb"},
    {"rtx 6000 96gb", GCP_GPU, "nvidia-rtx-pro-6000"},
    {"1/8 vgpu no lssd", GCP_SLICE, "g4"},
    {"micro instance with burstable cpu", GCP_MACHINE, "f1"},
    {"small instance with 1 vcpu", GCP_MACHINE, "g1"},
    {"ssd backed local storage", GCP_SSD, GCP_ANY_FAMILY},
};

/* What families are called that are not called by their names. */
static const struct {
    const char *text;
    const char *name;
} old_families[] = {
    {"compute optimized", "c2"},
    {"memory-optimized", "m1"},
    {M2_PREMIUM, "m2"},
};

static bool name_set(struct gcp_part *part, const char *name)
{
    size_t size = strlen(name);
    if (size >= sizeof part->name)
        return false;
    memcpy(part->name, name, size + 1);
    return true;
}

static bool is_fixed_subject(const char *text, struct gcp_part *part)
{
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
        if (strcmp(subjects[i].text, text) == 0) {
            part->kind = subjects[i].kind;
            return name_set(part, subjects[i].name);
        }
    return false;
}

/* "c4a", "a3plus", "m4ultramem224": a letter, a digit, and what follows. */
static bool is_family(const char *word)
{
    if (!islower((unsigned char)word[0]) || !isdigit((unsigned char)word[1]))
        return false;
    for (; *word; word++)
        if (!islower((unsigned char)*word) && !isdigit((unsigned char)*word))
            return false;
    return true;
}

/* Words behind a family that say nothing new. */
static bool is_qualifier(const char *words)
{
    static const char *const known[] = {"",      "amd",        "arm",
                                        "intel", "predefined", "memory-optimized"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i], words) == 0)
            return true;
    return false;
}

/* "n2d amd instance", "m3 memory-optimized instance", "compute optimized". In some descriptions the blank before
 * "instance" is missing. */
static bool is_family_subject(char *text, struct gcp_part *part)
{
    take_suffix(text, "instance");
    take_suffix(text, " ");
    for (size_t i = 0; i < sizeof old_families / sizeof *old_families; i++)
        if (strcmp(old_families[i].text, text) == 0)
            return name_set(part, old_families[i].name);
    char *qualifier = cut(text, " ");
    return is_family(text) && is_qualifier(qualifier ? qualifier : "") && name_set(part, text);
}

/* "a4 nvidia b200 (1 gpu slice)" */
static bool is_slice(char *text, struct gcp_part *part)
{
    part->kind = GCP_SLICE;
    return cut(text, " nvidia ") && is_family(text) && name_set(part, text);
}

static bool subject_read(char *text, struct gcp_part *part)
{
    static const struct {
        const char *suffix;
        enum gcp_part_kind kind;
    } ends[] = {{" core", GCP_CORE}, {" ram", GCP_RAM}, {" local ssd", GCP_SSD}};
    if (is_fixed_subject(text, part))
        return true;
    if (take_suffix(text, " (1 gpu slice)"))
        return is_slice(text, part);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (take_suffix(text, ends[i].suffix)) {
            part->kind = ends[i].kind;
            return is_family_subject(text, part);
        }
    return false;
}

bool gcp_part_read(const char *description, struct gcp_part *ret_part)
{
    char block[LONGEST_DESCRIPTION];
    char *text = block;
    struct gcp_part part = {0};
    size_t size = strlen(description);
    if (size >= sizeof block)
        return false;
    for (size_t i = 0; i <= size; i++)
        block[i] = (char)tolower((unsigned char)description[i]);
    part.terms = take_terms(&text);
    if (is_on_other_terms(text))
        return false;
    if (!cut_surroundings(text, &part) || !subject_read(text, &part))
        return false;
    *ret_part = part;
    return true;
}

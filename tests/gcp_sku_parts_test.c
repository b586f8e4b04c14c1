/* SPDX-License-Identifier: Apache-2.0 */
/* Which part a SKU is the price of, by its description, and of which it is none. */
#include "backends/gcp/prices.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *description;
    enum gcp_part_kind kind;
    const char *name;
    enum gcp_terms terms;
} parts[] = {
    {"N1 Predefined Instance Core running in Americas", GCP_CORE, "n1", GCP_ON_DEMAND},
    {"Spot Preemptible N1 Predefined Instance Ram running in Americas", GCP_RAM, "n1", GCP_SPOT},
    {"Preemptible N1 Predefined Instance Core running in Zurich", GCP_CORE, "n1", GCP_SPOT},
    {"N2D AMD Instance Core running in Northern Virginia", GCP_CORE, "n2d", GCP_ON_DEMAND},
    {"T2A Arm Instance Core running in Iowa", GCP_CORE, "t2a", GCP_ON_DEMAND},
    {"C4A Arm Instance Ram running in Iowa", GCP_RAM, "c4a", GCP_ON_DEMAND},
    {"Spot Preemptible C4A Arm Instance Core running in Iowa", GCP_CORE, "c4a", GCP_SPOT},
    {"N4A Instance Core running in Salt Lake City", GCP_CORE, "n4a", GCP_ON_DEMAND},
    {"M3 Memory-optimized Instance Ram running in Paris", GCP_RAM, "m3", GCP_ON_DEMAND},
    {"Memory-optimized Instance Core running in Tokyo", GCP_CORE, "m1", GCP_ON_DEMAND},
    {"Memory Optimized Upgrade Premium for Memory-optimized Instance Ram running in Tokyo", GCP_RAM,
     "m2", GCP_ON_DEMAND},
    {"Compute optimized Core running in Americas", GCP_CORE, "c2", GCP_ON_DEMAND},
    {"Spot Preemptible Compute optimized Ram running in Americas", GCP_RAM, "c2", GCP_SPOT},
    {"Compute optimized Instance Core running in Dammam", GCP_CORE, "c2", GCP_ON_DEMAND},
    {"A3Plus Instance Core running in Americas", GCP_CORE, "a3plus", GCP_ON_DEMAND},
    {"M4NUltramem224Instance Ram running in Iowa", GCP_RAM, "m4nultramem224", GCP_ON_DEMAND},
    {"Nvidia Tesla T4 GPU running in Americas", GCP_GPU, "nvidia-tesla-t4", GCP_ON_DEMAND},
    {"Nvidia Tesla T4 GPU attached to Spot Preemptible VMs running in Americas", GCP_GPU,
     "nvidia-tesla-t4", GCP_SPOT},
    {"Nvidia Tesla A100 GPU running in Americas", GCP_GPU, "nvidia-tesla-a100", GCP_ON_DEMAND},
    {"Nvidia Tesla A100 80GB GPU running in Americas", GCP_GPU, "nvidia-a100-80gb", GCP_ON_DEMAND},
    {"H200 141GB GPU attached to Spot Preemptible VMs running in Belgium", GCP_GPU,
     "nvidia-h200-141gb", GCP_SPOT},
    {"RTX 6000 96GB running in Oregon", GCP_GPU, "nvidia-rtx-pro-6000", GCP_ON_DEMAND},
    {"A4X Nvidia GB200 (1 gpu slice) running in Americas", GCP_SLICE, "a4x", GCP_ON_DEMAND},
    {"Spot Preemptible A4 Nvidia B200 (1 gpu slice) running in Americas", GCP_SLICE, "a4",
     GCP_SPOT},
    {"1/8 vGPU no lssd running in Iowa", GCP_SLICE, "g4", GCP_ON_DEMAND},
    {"SSD backed Local Storage", GCP_SSD, "any", GCP_ON_DEMAND},
    {"SSD backed Local Storage in Zurich", GCP_SSD, "any", GCP_ON_DEMAND},
    {"SSD backed Local Storage attached to Spot Preemptible VMs in Zurich", GCP_SSD, "any",
     GCP_SPOT},
    {"C4A Instance Local SSD running in Iowa", GCP_SSD, "c4a", GCP_ON_DEMAND},
    {"Spot Preemptible C4D Instance Local SSD running in Iowa", GCP_SSD, "c4d", GCP_SPOT},
    {"Micro Instance with burstable CPU running in Americas", GCP_MACHINE, "f1", GCP_ON_DEMAND},
    {"Spot Preemptible Small Instance with 1 VCPU running in Americas", GCP_MACHINE, "g1",
     GCP_SPOT},
    {"DWS Calendar Mode A4 Nvidia B200 (1 gpu slice) running in Americas", GCP_SLICE, "a4",
     GCP_CALENDAR},
    {"DWS Calendar Mode A3 Instance Core running in Iowa", GCP_CORE, "a3", GCP_CALENDAR},
};

static void test_parts_are_known_by_their_descriptions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct gcp_part part;
        if (!gcp_part_read(parts[i].description, &part))
            fail_msg("\"%s\" is not known", parts[i].description);
        assert_int_equal(part.kind, parts[i].kind);
        assert_string_equal(part.name, parts[i].name);
        assert_int_equal(part.terms, parts[i].terms);
    }
}

/* Of Google's catalogue, or like what is there. */
static const char *const others[] = {
    "C4A Arm Custom Instance Core running in Mumbai",
    "Custom Instance Core running in Americas",
    "Spot Preemptible Custom Extended Instance Ram running in Americas",
    "N2 Custom Extended Instance Ram running in Americas",
    "C4A Arm Sole Tenancy Instance Core running in Singapore",
    "Sole Tenancy Premium for C4A Arm Instance Core running in Iowa",
    "N2 Sole Tenancy Instance Ram running in Iowa",
    "Reserved C4A Arm Instance Core in Frankfurt",
    "Reserved Nvidia Tesla A100 GPU in Americas",
    "Commitment v1: C4A Arm Cpu in Mumbai for 1 Year",
    "Commitment v1: Nvidia Tesla T4 GPU running in Americas for 1 Year",
    "Commitment: Compute optimized Core running in Americas for 3 Years",
    "C4A Arm Instance Core running in Frankfurt - DWS Defined Duration",
    "C4A Arm Instance Core running in Frankfurt for 1 Year",
    "C4A Arm Instance Core running in Frankfurt - something new",
    "Nvidia H100 Mega 80GB GPU attached to DWS Defined Duration VMs running in Americas",
    "DWS Calendar Mode",
    "DWS Calendar Mode Reserved A3 Instance Core in Iowa",
    "1/8 vGPU no lssd attached to DWS Defined Duration VMs running in Iowa",
    "Nvidia Tesla T4 GPU attached to Sole Tenancy VMs running in Americas",
    "Nvidia Tesla T4 Virtual Workstation GPU running in Americas",
    "Nvidia L4 Virtual Workstation GPU running in Netherlands",
    "Nvidia L40 GPU running in Netherlands",
    "Nvidia Tesla T4 GPU suspended in Americas",
    "Memory Optimized Upgrade Premium for Something else Core running in Tokyo",
    "Autopilot Arm Scale-Out Pod Core Requests (us-central1)",
    "Network Inter Region Data Transfer Out from Americas to Asia",
    "Licensing Fee for Windows Server 2019 Datacenter Edition (CPU cost)",
    "SSD backed PD Capacity in Zurich",
    "Hyperdisk Balanced Capacity in Zurich",
    "N2 Instance running in Americas",
    "Instance Core running in Americas",
    "N Instance Core running in Americas",
    "N2 Turbo Instance Core running in Americas",
    "N2 Instance Core running in ",
    "TpuV5e running in Americas",
    "External IP Charge on a Standard VM",
    " Core",
    "Core",
    "",
};

static void test_nothing_else_is_a_part(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct gcp_part part;
        if (gcp_part_read(others[i], &part))
            fail_msg("\"%s\" is taken for %s", others[i], part.name);
    }
}

static void test_long_descriptions_are_none(void **state)
{
    char text[400];
    struct gcp_part part;
    (void)state;
    memset(text, 'a', sizeof text);
    memcpy(text + sizeof text - 6, " Core", 6);
    assert_false(gcp_part_read(text, &part));
    text[0] = 'c';
    text[1] = '4';
    memcpy(text + 120, " Core", 6);
    assert_false(gcp_part_read(text, &part));
    memcpy(text + 40, " Core", 6);
    assert_true(gcp_part_read(text, &part));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_are_known_by_their_descriptions),
        cmocka_unit_test(test_nothing_else_is_a_part),
        cmocka_unit_test(test_long_descriptions_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

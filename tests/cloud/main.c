/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cloud as a program: writes config.yaml for its clients into a folder, prints its port, and serves until its
 * standard input ends. Usage: cloud_server FOLDER [SCRIPT]
 */
#include "tests/cloud/server.h"

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 3) {
        fprintf(stderr, "usage: cloud_server FOLDER [SCRIPT]\n");
        return 2;
    }
    raise_descriptor_limit();
    struct cloud *cloud = cloud_create();
    if (argc == 3)
        cloud_script_text(cloud, argv[2], (uint64_t)time(NULL) * 1000);
    struct cloud_server *server = cloud_server_create(cloud);
    cloud_config_write(argv[1], cloud_server_port(server));
    printf("%u\n", cloud_server_port(server));
    fflush(stdout);
    cloud_server_run(server, STDIN_FILENO);
    cloud_server_destroy(server);
    cloud_destroy(cloud);
    return 0;
}

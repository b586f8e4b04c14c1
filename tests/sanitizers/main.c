/* SPDX-License-Identifier: Apache-2.0 */
/* Loads planted.so as core loads plugins, and commits one of its faults. Usage: planted FILE FAULT */
#include "tests/sanitizers/planted.h"

#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    int (*call)(const char *fault, int number) = NULL;
    void *object = argc == 3 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (object)
        *(void **)&call = dlsym(object, "planted");
    if (!call) {
        fputs("usage: planted FILE FAULT\n", stderr);
        return 2;
    }
    printf("%d\n", call(argv[2], argc + 1));
    return 0;
}

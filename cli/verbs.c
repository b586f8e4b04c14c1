/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of verbs and options, from which parsing, checking and help are made. */
#include "cli/verbs.h"

#include <stdint.h>
#include <string.h>

static const struct verb verbs[] = {
    {"backends", VERB_BACKENDS, run_backends, "", 0, 0,
     "which backends were loaded or refused, and why",
     "For each plugin: its version, ABI, capabilities and file, or why it was refused.\n"
     "Then the backends that are configured, or whose credentials were found.\n"},
    {"offers", VERB_OFFERS, run_offers, "", 0, 0, "what can be rented, cheapest first",
     "Prints one line an offer, cheapest first. Ranges are written 8.., ..16, 4..8 or\n"
     "8; sizes 24GB.. or 512MB; --cpu takes the architecture too: arm:4.. .\n\n"
     "    archway offers --arch arm64 --gpu GH200\n"
     "    archway offers --image ghcr.io/org/app:1.2 --cpu 8.. --explain\n"
     "    archway offers --gpu A100,H100:8 --max-price 20 --available\n"},
    {"create", VERB_CREATE, run_create, "", 0, 0, "start the best machine that the filters allow",
     "Tries the available offers that the filters allow, best first, until there is a\n"
     "machine: after \"no capacity\" the next, after \"quota\" another region or family. A\n"
     "wrong wish, a missing permission or an unknown outcome ends it. A place that was\n"
     "sold out is tried last for a while. Interruptible machines are tried only with\n"
     "--spot or --spot-auto. Of --ssh-key only the public key is read.\n"
     "Without --wait it returns as soon as the provider has named the machine.\n\n"
     "    archway create --arch arm64 --gpu GH200 --name trial \\\n"
     "        --ssh-key ~/.ssh/id_ed25519.pub --wait\n"},
    {"list", VERB_LIST, run_list, "", 0, 0, "the machines that this installation has",
     "Lists the machines that carry this installation's owner tag; with --all,\n"
     "everybody's.\n"},
    {"show", VERB_SHOW, run_show, "ID", 1, 1, "one machine",
     "ID is backend/region/id as `archway list -o name` prints it, or the provider's\n"
     "bare id where only one machine has it.\n"},
    {"terminate", VERB_TERMINATE, run_terminate, "ID...", 1, SIZE_MAX, "end machines",
     "ID is backend/region/id as `archway list -o name` prints it, or the provider's\n"
     "bare id where only one machine has it. One that is gone already is success. With\n"
     "--wait it returns when the provider says that the machine is gone.\n"},
    {"arch", VERB_ARCH, run_arch, "IMAGE", 1, 1, "where a container image can run",
     "Asks the image's registry for its platforms: nginx, ghcr.io/org/app:1.2,\n"
     "localhost:5000/app@sha256:... . Logins are those of docker and podman.\n"},
    {"gc", VERB_GC, run_gc, "", 0, 0, "end what is paid for and nobody remembers",
     "Lists machines and disks that carry this installation's owner tag and are in no\n"
     "entry of its journal, and machines whose --ttl is over. Without --yes it only\n"
     "tells. A listing that is not whole is not acted upon, and what has the tag\n"
     "archway-keep stays. It ends only what is older than --grace and was seen in\n"
     "--passes listings, half a minute apart, which it makes itself or finds in the\n"
     "journal.\n\n"
     "    archway gc --grace 60s --yes\n"},
    {"recover", VERB_RECOVER, run_recover, "", 0, 0, "settle what an interrupted run left",
     "Looks in the journal for creates and ends of which it is not known what came of\n"
     "them, and asks the providers: what exists is adopted, what does not is closed, an\n"
     "end that was ordered is seen to. What cannot be told stays open, as does what was\n"
     "asked of another account than the credentials are of now; the exit code is 6\n"
     "then. create and list begin with a short form of this.\n"},
    {"images", VERB_IMAGES, run_images, "", 0, 0, "what machines boot unless told otherwise",
     "For each architecture, with GPUs or without: the image that `archway create` would\n"
     "use where no --boot-image is given, and what says so.\n"},
    {"bench-emulation", VERB_BENCH_EMULATION, run_bench_emulation, "", 0, 0,
     "how much slower emulation is on this machine",
     "Runs the same load by the processor and by qemu's user emulation (qemu-user), in\n"
     "turns, and prints both rates, their ratio, and the line for the configuration\n"
     "that makes --allow-emulation count with it.\n"},
    {"sign", VERB_SIGN, run_sign, "BACKEND METHOD URL", 3, 3,
     "the headers that prove who sends a request",
     "Signs a request as the backend would, sends nothing, and prints the headers that\n"
     "the signature adds, one a line. What is secret in them is <secret>. With\n"
     "--show-secrets a session token is shown, without which the request is refused;\n"
     "a token that proves by itself who asks is never shown.\n"},
    {"doctor", VERB_DOCTOR, run_doctor, "", 0, 0,
     "credentials, endpoint, proxy, CA, clock: all good?",
     "Asks each backend one real question and tells what was found where, good or not.\n"},
    {"completion", VERB_COMPLETION, NULL, "SHELL", 1, 1, "completion for bash, zsh or fish",
     "Prints the shell's part of completion, to be sourced or installed. Commands and\n"
     "options are completed, backends and machines by asking for them, and regions,\n"
     "types and GPUs by what offers have shown on this machine.\n\n"
     "    source <(archway completion bash)\n"
     "    archway completion fish > ~/.config/fish/completions/archway.fish\n"},
    {"new-backend", VERB_NEW_BACKEND, run_new_backend, "NAME DIR", 2, 2,
     "the beginning of a backend of your own",
     "Writes a small whole backend of a cloud that does not exist, its recordings, and\n"
     "what CMake needs, into DIR, which must be empty or not there yet. It builds and\n"
     "keeps the rules of `archway check` as it is.\n\n"
     "    archway new-backend mycloud mycloud\n"},
    {"check", VERB_CHECK, run_check, "FILE", 0, 1, "does a plugin keep the rules?",
     "Tries every rule of archway/backend.h on a plugin, each in a process of its own,\n"
     "and prints TAP, or with --json an object for each. Conversations are replayed\n"
     "from the plugin's recordings, as they were and disturbed. Nothing is sent.\n\n"
     "    archway check ./mycloud.so --fixtures fixtures/mycloud\n\n"
     "With --live the provider itself is asked, with what `archway backends` shows: for\n"
     "its offers, which costs nothing; and with --yes-spend for a machine, the cheapest\n"
     "that the filters allow, below --max-price (0.10 unless given). It is waited for,\n"
     "found again, ended, and ended again, which takes some minutes; it is in the\n"
     "journal, and an interruption ends it too. --timeout is how long it may take to\n"
     "run, and to be gone (10m). Without FILE the plugin that is installed is tried.\n\n"
     "    archway check ./mycloud.so --live --arch arm64\n"
     "    archway check ./mycloud.so --live --yes-spend --max-price 0.05 \\\n"
     "        --ssh-key ~/.ssh/id_ed25519.pub\n"},
    {"help", VERB_HELP, NULL, "[COMMAND]", 0, 1, "this help, or a command's own", ""},
};

_Static_assert(sizeof verbs / sizeof *verbs <= MOST_VERBS, "room for their names");

#define VERB_FILTERS (VERB_OFFERS | VERB_CREATE)
/* Those for which the checks ask too, with --live. */
#define VERB_SALE (VERB_FILTERS | VERB_CHECK)

const struct option_row option_rows[OPTION_COUNT] = {
    [OPTION_BACKEND] = {"backend", 0, VERB_SALE | VERB_LIST | VERB_GC | VERB_DOCTOR | VERB_IMAGES,
                        "NAME", "this backend only", "backend", NULL},
    [OPTION_REGION] = {"region", 0, VERB_SALE | VERB_SIGN | VERB_IMAGES, "NAME", "this region",
                       "region", NULL},
    [OPTION_TYPE] = {"type", 0, VERB_SALE, "NAME", "this instance type only", "type", NULL},
    [OPTION_ARCH] = {"arch", 0, VERB_SALE, "ARCH", "amd64, arm64 or any", "arch", NULL},
    [OPTION_IMAGE] = {"image", 0, VERB_FILTERS, "IMAGE",
                      "a container image that is to run: only where it can", "image", NULL},
    [OPTION_ALLOW_EMULATION] = {"allow-emulation", 0, VERB_FILTERS, NULL,
                                "the other architecture too, for far more", "emulation", "yes"},
    [OPTION_CPU] = {"cpu", 0, VERB_SALE, "RANGE", "vCPUs: 4.., 4..8, arm:4..", "cpu", NULL},
    [OPTION_MEMORY] = {"memory", 0, VERB_SALE, "RANGE", "16GB.., 16GB..64GB", "memory", NULL},
    [OPTION_GPU] = {"gpu", 0, VERB_SALE, "SPEC", "GH200, A100:8, H100:80GB.., 1.., none", "gpu",
                    NULL},
    [OPTION_GPU_VENDOR] = {"gpu-vendor", 0, VERB_FILTERS, "NAME", "nvidia, amd, ...", "gpu-vendor",
                           NULL},
    [OPTION_SPOT] = {"spot", 0, VERB_SALE, NULL, "only interruptible machines", "spot", "only"},
    [OPTION_ON_DEMAND] = {"on-demand", 0, VERB_FILTERS, NULL, "no interruptible machines", "spot",
                          "no"},
    [OPTION_SPOT_AUTO] = {"spot-auto", 0, VERB_CREATE, NULL,
                          "interruptible or not, whichever comes first", "spot", "any"},
    [OPTION_MAX_PRICE] = {"max-price", 0, VERB_SALE, "USD", "at most so many dollars an hour",
                          "max-price", NULL},
    [OPTION_DISK] = {"disk", 0, VERB_FILTERS, "RANGE", "the disk it comes with: 100GB..", "disk",
                     NULL},
    [OPTION_AVAILABLE] = {"available", 0, VERB_OFFERS, NULL, "only what can be started now",
                          "available", "yes"},
    [OPTION_SORT] = {"sort", 0, VERB_FILTERS, "KEY",
                     "price, cpu, memory, gpu or name; -KEY: descending", "sort", NULL},
    [OPTION_LIMIT] = {"limit", 0, VERB_OFFERS, "N", "at most so many offers", "limit", NULL},
    [OPTION_EXPLAIN] = {"explain", 0, VERB_FILTERS, NULL,
                        "what is wanted and why, and what others lack", NULL, NULL},
    [OPTION_REFRESH] = {"refresh", 0, VERB_FILTERS | VERB_ARCH, NULL,
                        "ask again for what is kept on disk: prices, ...", NULL, NULL},
    [OPTION_NAME] = {"name", 0, VERB_CREATE, "NAME", "what to call the machine (needed)", NULL,
                     NULL},
    [OPTION_SSH_KEY] = {"ssh-key", 0, VERB_CREATE | VERB_CHECK, "FILE",
                        "a public key that may log in (needed)", NULL, NULL},
    [OPTION_USER_DATA] = {"user-data", 0, VERB_CREATE, "FILE", "cloud-init for its first boot",
                          NULL, NULL},
    [OPTION_NO_BOOTSTRAP] = {"no-bootstrap", 0, VERB_CREATE, NULL,
                             "it runs not what the configuration says", NULL, NULL},
    [OPTION_BOOT_IMAGE] = {"boot-image", 0, VERB_CREATE, "IMAGE",
                           "what it boots, instead of the provider's default", NULL, NULL},
    [OPTION_ROOT_DISK] = {"root-disk", 0, VERB_CREATE, "SIZE", "its root disk: 100GB", NULL, NULL},
    [OPTION_TOKEN] = {"token", 0, VERB_CREATE, "TOKEN", "the same token again is the same create",
                      NULL, NULL},
    [OPTION_MAX_TRIES] = {"max-tries", 0, VERB_CREATE, "N", "at most so many offers are tried (10)",
                          NULL, NULL},
    [OPTION_OPTION] = {"option", 0, VERB_FILTERS, "NAME=VALUE",
                       "what only this provider has: reservation=cr-12", "option", NULL},
    [OPTION_WAIT] = {"wait", 0, VERB_CREATE | VERB_TERMINATE, NULL, "until it is running, or gone",
                     NULL, NULL},
    [OPTION_DRY_RUN] = {"dry-run", 0, VERB_CREATE, NULL,
                        "say what would be tried, in order, and stop", NULL, NULL},
    [OPTION_TTL] = {"ttl", 0, VERB_CREATE, "TIME", "end it by itself, or by gc, after 4h, 30m",
                    NULL, NULL},
    [OPTION_YES] = {"yes", 0, VERB_GC, NULL, "end what is found", NULL, NULL},
    [OPTION_GRACE] = {"grace", 0, VERB_GC, "TIME", "leave what is younger: 60s, 10m (default)",
                      NULL, NULL},
    [OPTION_PASSES] = {"passes", 0, VERB_GC, "N", "seen in so many listings (default 2)", NULL,
                       NULL},
    [OPTION_MAX] = {"max", 0, VERB_GC, "N", "end at most so many (default 20)", NULL, NULL},
    [OPTION_SAME_ACCOUNT] = {"same-account", 0, VERB_RECOVER, NULL,
                             "other keys are of the same accounts as before", NULL, NULL},
    [OPTION_ALL] = {"all", 0, VERB_LIST, NULL, "other owners' machines too", NULL, NULL},
    [OPTION_DURATION] = {"duration", 0, VERB_BENCH_EMULATION, "TIME", "altogether: 6s", NULL, NULL},
    [OPTION_HEADER] = {"header", 'H', VERB_SIGN, "'NAME: VALUE'", "a header of the request", NULL,
                       NULL},
    [OPTION_DATA] = {"data", 0, VERB_SIGN, "STR|@FILE", "the body of the request", NULL, NULL},
    [OPTION_SERVICE] = {"service", 0, VERB_SIGN, "NAME", "the provider's service", NULL, NULL},
    [OPTION_SHOW_SECRETS] = {"show-secrets", 0, VERB_SIGN, NULL, "session tokens too", NULL, NULL},
    [OPTION_AT] = {"at", 0, VERB_SIGN, "TIME", "20150830T123600Z instead of now", NULL, NULL},
    [OPTION_FIXTURES] = {"fixtures", 0, VERB_CHECK, "DIR", "the plugin's recordings", NULL, NULL},
    [OPTION_RULES] = {"rules", 0, VERB_CHECK, "LIST", "these only: L,M1", NULL, NULL},
    [OPTION_POINTS] = {"points", 0, VERB_CHECK, "N",
                       "at most so many conversations of a rule on one recording: 100", NULL, NULL},
    [OPTION_LIST] = {"list", 0, VERB_CHECK, NULL, "print the rules", NULL, NULL},
    [OPTION_LIVE] = {"live", 0, VERB_CHECK, NULL,
                     "ask the real provider, with the credentials of the user", NULL, NULL},
    [OPTION_YES_SPEND] = {"yes-spend", 0, VERB_CHECK, NULL,
                          "with --live: rent a machine, and end it", NULL, NULL},
    [OPTION_OUTPUT] = {"output", 'o', VERB_EVERY, "FORMAT", "table, wide, json, csv or name", NULL,
                       NULL},
    [OPTION_WIDE] = {"wide", 0, VERB_ALL, NULL, "-o wide: every column, whole", NULL, NULL},
    [OPTION_JSON] = {"json", 0, VERB_EVERY, NULL, "-o json", NULL, NULL},
    [OPTION_CONFIG] = {"config", 0, VERB_ALL | VERB_CHECK, "FILE", "the configuration", NULL, NULL},
    [OPTION_BACKEND_DIR] = {"backend-dir", 0, VERB_ALL | VERB_CHECK, "DIR",
                            "look for plugins here first", NULL, NULL},
    [OPTION_REPLAY] = {"replay", 0, VERB_ALL, "PATH", "answer from a recording, send nothing", NULL,
                       NULL},
    [OPTION_RECORD] = {"record", 0, VERB_ALL | VERB_CHECK, "DIR", "write a recording", NULL, NULL},
    [OPTION_TIMEOUT] = {"timeout", 0, VERB_ALL | VERB_CHECK, "TIME",
                        "give up after 30, 30s, 5m, 2h", NULL, NULL},
    [OPTION_VERBOSE] = {"verbose", 'v', VERB_ALL | VERB_CHECK, NULL,
                        "one line a request; twice: more", NULL, NULL},
    [OPTION_HELP] = {"help", 'h', VERB_EVERY, NULL, "this help", NULL, NULL},
    [OPTION_VERSION] = {"version", 0, VERB_EVERY, NULL, "the version", NULL, NULL},
};

const struct verb *verb_at(size_t index)
{
    return index < sizeof verbs / sizeof *verbs ? &verbs[index] : NULL;
}

const struct verb *verb_find(const char *name)
{
    const struct verb *verb;
    for (size_t i = 0; (verb = verb_at(i)) != NULL; i++)
        if (strcmp(verb->name, name) == 0)
            return verb;
    return NULL;
}

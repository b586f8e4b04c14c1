# SPDX-License-Identifier: Apache-2.0
# Reads lines NAME MEDIAN MIN MAX UNIT and prints the table. A name that comes again is another round: the
# median of the medians counts then, with the least and the most of all.

function median(name,    i, j, value, sorted, count) {
    count = rounds[name]
    for (i = 1; i <= count; i++) {
        value = sample[name, i]
        for (j = i - 1; j >= 1 && sorted[j] > value; j--)
            sorted[j + 1] = sorted[j]
        sorted[j + 1] = value
    }
    return sorted[int((count + 1) / 2)]
}

# 8.14, 60.2, 157
function short(value) {
    return sprintf(value < 0.1 ? "%.3f" : value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value)
}

function measured(name, unit, scale,    text) {
    text = short(median(name) * scale) " " unit
    if (least[name] != most[name])
        text = text " (" short(least[name] * scale) "-" short(most[name] * scale) ")"
    return text
}

function row(what, result, target, beside) {
    sub(/; $/, "", beside)
    printf "%-46s | %-26s | %-18s | %s\n", what, result, target, beside
}

function title(text) {
    printf "%s\n", text
}

function met(value, limit, words) {
    return words (value < limit ? ": met" : ": MISSED")
}

# "python3 -c pass 51.5 ms (6.3x)"; nothing where it did not run.
function peer(words, name, unit, scale, mine) {
    if (!(name in rounds))
        return ""
    return words " " short(median(name) * scale) " " unit " (" short(median(name) / median(mine)) "x); "
}

function start(what, name,    first, peak) {
    first = name "_first_byte"
    peak = name "_peak"
    row(what ", first byte", measured(first, "ms", 1), met(median(first), 10, "< 10 ms"), \
        peer("python3 -c pass", "python_end", "ms", 1, first) \
        peer("aws --version", "aws_first_byte", "ms", 1, first) \
        peer("bare libcurl", "libcurl_first_byte", "ms", 1, first))
    row(what ", CPU", measured(name "_cpu", "ms", 1), "", \
        peer("python3 -c pass", "python_cpu", "ms", 1, name "_cpu") \
        peer("aws --version", "aws_cpu", "ms", 1, name "_cpu") \
        peer("bare libcurl", "libcurl_cpu", "ms", 1, name "_cpu"))
    row(what ", most memory", measured(peak, "MB", 1 / 1024), met(median(peak), 10240, "< 10 MB"), \
        peer("python3 -c pass", "python_peak", "MB", 1 / 1024, peak) \
        peer("aws --version", "aws_peak", "MB", 1 / 1024, peak) \
        peer("bare libcurl", "libcurl_peak", "MB", 1 / 1024, peak))
}

function conversations(    ratio, memory) {
    ratio = median("thousand_all") / median("one_all")
    row("one conversation, alone", measured("one_all", "s", 1), "", "")
    row("1,000 at once, until the last is done", measured("thousand_all", "s", 1), \
        met(ratio, 1.3, "<= 1.3x alone"), short(ratio) "x one alone")
    row("  of it until the last machine is created", short(worst("thousand_created")) " s", "", \
        "one alone " short(worst("one_created")) " s")
    row("  CPU of Archway, each conversation", measured("thousand_cpu", "ms", 1), "", \
        "the server beside it " measured("thousand_server_cpu", "ms", 1))
    memory = median("thousand_memory_each")
    row("  memory, each of 1,000 (500, 250)", short(memory) " KiB", \
        met(memory, 1.1 * median("quarter_memory_each"), "flat"), \
        short(median("half_memory_each")) " KiB, " short(median("quarter_memory_each")) " KiB")
    row("  requests that the server saw", median("thousand_requests"), "", \
        median("thousand_listings") " of them list all machines; " \
        median("thousand_connections") " connections")
    row("  machines left, machines launched twice", most["thousand_left"] ", " most["thousand_launched_twice"], \
        met(most["thousand_left"] + most["thousand_launched_twice"], 1, "0, 0"), "")
}

# Of all rounds the median of the last to be done.
function worst(name,    i, value) {
    for (i = 1; i <= rounds[name]; i++) {
        sample["worst", i] = last[name, i]
        rounds["worst"] = i
    }
    return median("worst")
}

function offers(what, name, limit, published) {
    row(what, measured(name, "ms", 1), limit ? met(median(name), limit, "< " limit " ms") : "", \
        published ? "gpuhunt " published " (*)" : "")
}

# botocore's time is that of the pages alone, without its start.
function listing(what, name,    time, peak) {
    time = "list_" name "_time"
    peak = "list_" name "_peak"
    if (!(time in rounds))
        return
    row(what, measured(time, "ms", 1), \
        ("list_" name "_botocore" in rounds) ? met(8 * median(time), median("list_" name "_botocore"), ">= 8x botocore") : "", \
        peer("botocore", "list_" name "_botocore", "ms", 1, time) "CPU " measured("list_" name "_cpu", "ms", 1))
    row("  most memory", measured(peak, "MB", 1 / 1024), met(median(peak), 12288, "< 12 MB"), "")
}

function fan_out(what, name,    ratio) {
    ratio = "regions_" name "_ratio"
    if (!(ratio in rounds))
        return
    row(what, measured("regions_" name "_together", "ms", 1), met(median(ratio), 1.2, "<= 1.2x alone"), \
        short(median(ratio)) "x the largest alone, " measured("regions_" name "_alone", "ms", 1) "; CPU " \
        short(median("regions_" name "_cpu")) " ms")
}

# What Python is measured by is json.loads alone, on bytes that it has in memory.
function google(what, name,    prefix, peak) {
    prefix = "gcp_" name "_"
    peak = prefix "peak"
    if (!(prefix "time" in rounds))
        return
    row(what, measured(prefix "time", "ms", 1), met(median(prefix "ratio"), 1.2, "<= 1.2x the chain"), \
        short(median(prefix "ratio")) "x the longest chain, " measured(prefix "chain", "ms", 1))
    row("  CPU", measured(prefix "cpu", "ms", 1), "", \
        peer("python's json on the same bytes", prefix "python", "ms", 1, prefix "cpu"))
    row("  most memory", measured(peak, "MB", 1 / 1024), met(median(peak), 65536, "< 64 MB"), "")
}

function signatures() {
    if (!("sign_archway" in rounds))
        return
    title("One AWS signature of a POST with 400 bytes, through the plugin, CPU")
    row("URL and headers as before, body and time new", measured("sign_archway", "ns", 1), \
        met(median("sign_archway"), 900, "< 900 ns"), "")
    row("  libcurl's", measured("sign_curl", "us", 1 / 1000), met(30, median("sign_curl_ratio"), ">= 30x"), \
        measured("sign_curl_ratio", "x", 1))
    if ("sign_botocore" in rounds)
        row("  botocore's", measured("sign_botocore", "us", 1 / 1000), \
            met(50, median("sign_botocore_ratio"), ">= 50x"), measured("sign_botocore_ratio", "x", 1))
    row("another URL each time", measured("sign_archway_varied", "ns", 1), \
        met(median("sign_archway_varied"), 900, "< 900 ns"), "")
    row("GET with 6 parameters", measured("sign_archway_query", "ns", 1), "", "")
    row("with a session token of 1,000 bytes", measured("sign_archway_token", "ns", 1), "", "")
}

{
    rounds[$1]++
    sample[$1, rounds[$1]] = $2 + 0
    last[$1, rounds[$1]] = $4 + 0
    if (!($1 in least) || $3 + 0 < least[$1]) least[$1] = $3 + 0
    if (!($1 in most) || $4 + 0 > most[$1]) most[$1] = $4 + 0
}

function cleaning(what, name) {
    row(what, measured(name "_wall", "ms", 1), "", "CPU " measured(name "_cpu", "ms", 1) \
        ", most memory " measured(name "_peak", "MB", 1 / 1024))
}

function journal() {
    if (!("journal_create" in rounds))
        return
    title("The journal, on this disk")
    row("a create's two writes", measured("journal_create", "us", 1), "", \
        "two bare syncs of the disk " measured("journal_syncs", "us", 1))
    row("  of it beside the syncs", short(median("journal_beside")) " us", \
        met(median("journal_beside"), 1000, "< 1 ms"), "")
    cleaning("recover: 10,000 open intents, all adopted", "recover")
    cleaning("gc: 1,000 machines, all forgotten", "gc_thousand")
    cleaning("gc: 10,000", "gc_ten")
    cleaning("gc: 100,000", "gc_hundred")
}

END {
    row("what", "measured (least-most)", "target", "beside it")
    row("---", "---", "---", "---")
    title("Start, with the plugin loaded")
    start("offers from a recording", "replayed")
    start("offers from a local server", "local")
    title("Conversations (create, wait, terminate, wait) on one thread, 50 ms latency, no limiter")
    conversations()
    title("100,000 offers in the table")
    offers("first 50 by price, of all", "select_first_50_of_all", 2, "157-186 ms")
    offers("first 50, arm64", "select_first_50_arm64", 2, "101-136 ms")
    offers("first 50, arm64, 8 vCPUs, 16 GB, $1", "select_first_50_narrow", 2, "48-84 ms")
    offers("first 50, H100", "select_first_50_h100", 2, "88 ms")
    offers("the one for an image for both, 8 vCPUs, 16 GB", "choose_of_both", 2, "")
    offers("the one for amd64, emulated too", "choose_with_emulation", 2, "")
    offers("all 28,640 arm64 ones, sorted", "select_sorted_arm64", 8, "")
    offers("all 100,000, sorted", "select_sorted_all", 0, "")
    row("memory, each offer", short(median("table_bytes_per_offer")) " bytes", \
        met(median("table_bytes_per_offer"), 96, "< 96 bytes"), "gpuhunt 584 bytes (*)")
    title("One request on a kept connection to a local server without latency")
    row("archway_get", measured("request_archway", "us", 1), "", \
        "libcurl alone " measured("request_curl", "us", 1) ": " measured("request_ratio", "x", 1))
    if ("list_types_time" in rounds)
        title("Listing EC2, from start to end of the command, from a local server")
    listing("1,263 types in 13 pages", "types")
    listing("types, zones, prices, spot prices, quotas", "all")
    fan_out("30 regions, 100 ms late: types", "types")
    fan_out("30 regions, 100 ms late: all of it", "all")
    if ("gcp_fields_time" in rounds)
        title("Listing Google Cloud, from start to end of the command, from a local server, 50 ms late")
    google("37,000 types in 113 zones, 32,242 SKUs", "fields")
    google("the same with all fields of each", "whole")
    journal()
    if ("hosts_far" in rounds) {
        title("Probing machines of one's own by ssh, a hundred at once")
        row("200 machines, 300 ms away", measured("hosts_far", "s", 1), "", \
            peer("xargs -P 100", "hosts_far_xargs", "s", 1, "hosts_far"))
        row("40 machines, with their sshd on this one", measured("hosts_near", "s", 1), "", \
            peer("xargs -P 100", "hosts_near_xargs", "s", 1, "hosts_near"))
    }
    signatures()
    print ""
    print "(*) measured on another day with gpuhunt's own query on a catalogue of the same size; not run here."
}

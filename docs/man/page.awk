# Makes a manual page of what lowdown -s -Tman made of Markdown: its own head, and no macros that mandoc calls
# superfluous. Variables: name, section, summary, date, version.
BEGIN {
    printf ".TH %s %s \"%s\" \"archway %s\" Archway\n", toupper(name), section, date, version
    printf ".SH NAME\n%s \\- %s\n.SH DESCRIPTION\n", name, summary
    after_head = 1
}
/^\.\\"/ || /^\.TH / { next }
{ gsub(/\\fC/, "\\fB") }
/^\.SH$/ { getline; gsub(/\\f[CBR]/, ""); after_head = 1; if (titles++) print ".SH " toupper($0); next }
/^\.SS$/ { getline; gsub(/\\f[CBR]/, ""); after_head = 1; print ".SS " $0; next }
/^\.(LP|PP)$/ { if (!after_head) waiting = 1; next }
{
    # A paragraph before a table or an indented block only makes a second empty line.
    if (waiting && !/^\.(TS|SH|SS)/) print ".PP"
    waiting = after_head = 0
    print
}

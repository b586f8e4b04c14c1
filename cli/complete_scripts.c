/* SPDX-License-Identifier: Apache-2.0 */
/* The shells' parts of completion: each hands over its words and shows the lines that come back. */
#include "cli/complete.h"

#include <string.h>

/* Bash cuts words at "=": they are put together again, and what stands before it is not shown. */
static const char bash_script[] =
    "# archway completion bash; to be sourced, or put into\n"
    "# /usr/share/bash-completion/completions/archway\n"
    "_archway() {\n"
    "    local IFS=$'\\n' i line value last=-1\n"
    "    local -a words=()\n"
    "    for ((i = 1; i <= COMP_CWORD; i++)); do\n"
    "        if ((last >= 0)) && { [[ ${COMP_WORDS[i]} == = ]] || [[ ${words[last]} == --*= ]]; }; "
    "then\n"
    "            words[last]+=${COMP_WORDS[i]}\n"
    "        else\n"
    "            words+=(\"${COMP_WORDS[i]}\")\n"
    "            last=$((last + 1))\n"
    "        fi\n"
    "    done\n"
    "    local current=${words[last]-} prefix=\n"
    "    [[ $current == --*=* ]] && prefix=${current%%=*}=\n"
    "    COMPREPLY=()\n"
    "    while read -r line; do\n"
    "        value=${line%%$'\\t'*}\n"
    "        case $value in\n"
    "        :file) compopt -o filenames 2>/dev/null\n"
    "            COMPREPLY=($(compgen -f -- \"${current#\"$prefix\"}\")) ;;\n"
    "        :dir) compopt -o filenames 2>/dev/null\n"
    "            COMPREPLY=($(compgen -d -- \"${current#\"$prefix\"}\")) ;;\n"
    "        *) COMPREPLY+=(\"${value#\"$prefix\"}\") ;;\n"
    "        esac\n"
    "    done < <(\"${COMP_WORDS[0]}\" complete \"${words[@]}\" 2>/dev/null)\n"
    "}\n"
    "complete -F _archway archway\n";

static const char zsh_script[] =
    "#compdef archway\n"
    "# archway completion zsh; to be put into a folder of $fpath as _archway\n"
    "_archway() {\n"
    "    local line\n"
    "    local -a values shown\n"
    "    while IFS= read -r line; do\n"
    "        case $line in\n"
    "        :file) _files; return ;;\n"
    "        :dir) _files -/; return ;;\n"
    "        esac\n"
    "        values+=(\"${line%%$'\\t'*}\")\n"
    "        shown+=(\"${line/$'\\t'/  -- }\")\n"
    "    done < <(\"${words[1]}\" complete \"${(@)words[2,CURRENT]}\" 2>/dev/null)\n"
    "    compadd -l -d shown -a values\n"
    "}\n"
    "if [ \"$funcstack[1]\" = _archway ]; then\n"
    "    _archway \"$@\"\n"
    "else\n"
    "    compdef _archway archway\n"
    "fi\n";

static const char fish_script[] =
    "# archway completion fish; to be put into ~/.config/fish/completions/archway.fish\n"
    "function __archway_complete\n"
    "    set -l words (commandline -opc) (commandline -ct)\n"
    "    set -l current $words[-1]\n"
    "    for line in ($words[1] complete $words[2..] 2>/dev/null)\n"
    "        switch $line\n"
    "            case ':file'\n"
    "                __fish_complete_path (string replace -r '^--[^=]*=' '' -- $current)\n"
    "            case ':dir'\n"
    "                __fish_complete_directories (string replace -r '^--[^=]*=' '' -- $current)\n"
    "            case '*'\n"
    "                echo $line\n"
    "        end\n"
    "    end\n"
    "end\n"
    "complete -c archway -f -a '(__archway_complete)'\n";

const char *complete_script(const char *shell)
{
    static const struct {
        const char *shell;
        const char *script;
    } scripts[] = {{"bash", bash_script}, {"zsh", zsh_script}, {"fish", fish_script}};
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        if (strcmp(scripts[i].shell, shell) == 0)
            return scripts[i].script;
    return NULL;
}

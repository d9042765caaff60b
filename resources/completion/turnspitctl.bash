# bash completion for turnspitctl(1)

# What `list` or `hosts` names.
_turnspitctl_names()
{
    # The options that say which host is meant are passed on.
    local -a where=()
    local i
    for ((i = 1; i < COMP_CWORD; ++i)); do
        case ${COMP_WORDS[i]} in
            --config-dir | --state-dir | --runtime-dir)
                where+=("${COMP_WORDS[i]}" "${COMP_WORDS[i + 1]}")
                ;;
            --host)
                [[ $1 == list ]] && where+=(--host "${COMP_WORDS[i + 1]}")
                ;;
        esac
    done
    turnspitctl "${where[@]}" "$1" --json 2>/dev/null | sed -n 's/^ *"name": "\(.*\)",\{0,1\}$/\1/p'
}

_turnspitctl()
{
    local current=${COMP_WORDS[COMP_CWORD]}
    local previous=${COMP_WORDS[COMP_CWORD - 1]}
    local everywhere="--json --host --config-dir --state-dir --runtime-dir --help"
    local command="" options="" names="" i
    COMPREPLY=()

    for ((i = 1; i < COMP_CWORD; ++i)); do
        case ${COMP_WORDS[i]} in
            --host | --config-dir | --state-dir | --runtime-dir) ((++i)) ;;
            -*) ;;
            *)
                command=${COMP_WORDS[i]}
                break
                ;;
        esac
    done

    case $previous in
        --config-dir | --state-dir | --runtime-dir | --cwd)
            mapfile -t COMPREPLY < <(compgen -d -- "$current")
            return
            ;;
        --host)
            mapfile -t COMPREPLY < <(compgen -W "$(_turnspitctl_names hosts)" -- "$current")
            return
            ;;
        --state)
            mapfile -t COMPREPLY < <(compgen -W "stopped starting running waiting backing-off stopping failed completed disabled invalid ended" -- "$current")
            return
            ;;
        --restart)
            mapfile -t COMPREPLY < <(compgen -W "never on-failure always" -- "$current")
            return
            ;;
        --stream)
            mapfile -t COMPREPLY < <(compgen -W "o e h o,e" -- "$current")
            return
            ;;
        --timeout | --every | --cron | --env | --group | --since | --until | --grep | --run | --limit | --count | -n) return ;;
    esac

    case $command in
        "")
            mapfile -t COMPREPLY < <(compgen -W "list status show runs next events logs start stop restart kill run hold resume wait
                enable disable add edit remove undo check new reload hosts shutdown $everywhere --version" -- "$current")
            return
            ;;
        start | restart | kill | hold | resume | enable | disable) options="--all --group --no-wait" names=yes ;;
        stop) options="--all --group --no-wait --timeout" names=yes ;;
        status | show | edit | remove) names=yes ;;
        run) options="--no-wait" names=yes ;;
        wait) options="--state --timeout" names=yes ;;
        logs) options="--follow -n --run --since --until --grep --stream --raw" names=yes ;;
        runs) options="--limit" names=yes ;;
        next) options="--count" ;;
        events) options="--follow --since --limit" ;;
        add) options="--every --cron --manual --group --cwd --env --restart --no-autostart --no-start" ;;
        shutdown) options="--no-wait" ;;
        new) [[ $current == -* ]] || mapfile -t COMPREPLY < <(compgen -W "worker" -- "$current") ;;
        check)
            [[ $current == -* ]] || mapfile -t COMPREPLY < <(compgen -f -X '!*.toml' -- "$current"; compgen -d -- "$current")
            ;;
    esac
    if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options $everywhere" -- "$current")
    elif [[ -n $names ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_turnspitctl_names list)" -- "$current")
    fi
}

complete -F _turnspitctl turnspitctl

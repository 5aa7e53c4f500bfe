# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for tickerctl(1)

_tickerctl() {
        local cur prev words cword split word verb='' formats='text json' options='--config= --color= --help --version'
        _init_completion -s -n : || return

        for word in "${words[@]:1:cword-1}"; do
                case $word in
                watch | last | search | status | sources | try | suggest | export) verb=$word; break ;;
                esac
        done
        case $verb in
        watch)
                formats='text json waybar i3bar polybar tmux'
                options+=' --source= --since= --cursor-file= --format= --lines= --strip --notify --width='
                ;;
        last | search) options+=' --source= --since= --until= --format= --lines= --ago' ;;
        export)
                formats='json csv rss jsonfeed'
                options+=' --source= --since= --until= --format= --lines='
                ;;
        status)
                formats='text json prometheus'
                options+=' --format='
                ;;
        sources) options+=' --format=' ;;
        try) options+=' --page= --url=' ;;
        suggest) options+=' --lines=' ;;
        esac

        case $prev in
        --source) mapfile -t COMPREPLY < <(compgen -W "$(tickerctl sources 2>/dev/null | cut -f1)" -- "$cur"); return ;;
        --format) mapfile -t COMPREPLY < <(compgen -W "$formats" -- "$cur"); return ;;
        --color) mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
        --since | --until) mapfile -t COMPREPLY < <(compgen -W 'today yesterday 1h 1d 1w' -- "$cur"); return ;;
        --config | --cursor-file | --page) _filedir; return ;;
        --lines | -n | --width | --url) return ;;
        esac
        $split && return

        if [[ $cur == -* ]]; then
                mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
                [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace
        elif [[ -z $verb ]]; then
                mapfile -t COMPREPLY < <(compgen -W 'watch last search status sources try suggest export' -- "$cur")
        elif [[ $verb == try ]]; then
                _filedir source
                mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY \
                        < <(compgen -W "$(tickerctl sources 2>/dev/null | cut -f1)" -- "$cur")
        elif [[ $verb == suggest ]]; then
                _filedir
        fi
} &&
        complete -F _tickerctl tickerctl

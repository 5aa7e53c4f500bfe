# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for tickerctl(1)

set -l verbs watch last search status sources try suggest export
set -l none "not __fish_seen_subcommand_from $verbs"
set -l items '__fish_seen_subcommand_from watch last search export'

function __tickerctl_sources
    tickerctl sources 2>/dev/null | string replace -r '\t.*' ''
end

complete -c tickerctl -f
complete -c tickerctl -n $none -a watch -d 'The newest items, then each as it comes'
complete -c tickerctl -n $none -a last -d 'The newest items'
complete -c tickerctl -n $none -a search -d 'Items with these words'
complete -c tickerctl -n $none -a status -d 'How the daemon and its sources are'
complete -c tickerctl -n $none -a sources -d 'All sources there are'
complete -c tickerctl -n $none -a try -d 'Read one page now'
complete -c tickerctl -n $none -a suggest -d 'Find the strip of a page'
complete -c tickerctl -n $none -a export -d 'Items as a file'

complete -c tickerctl -l config -r -F -d 'Configuration file'
complete -c tickerctl -l color -x -a 'auto always never' -d 'When to use colours'
complete -c tickerctl -l help -d 'Print a summary'
complete -c tickerctl -l version -d 'Print the version'

complete -c tickerctl -n $items -l source -x -a '(__tickerctl_sources)' -d 'Only of this source'
complete -c tickerctl -n $items -l since -x -a 'today yesterday 1h 1d 1w' -d 'From a time on'
complete -c tickerctl -n '__fish_seen_subcommand_from last search export' -l until -x -a 'today yesterday 1h 1d 1w' -d 'Before a time'
complete -c tickerctl -n "$items; or __fish_seen_subcommand_from suggest" -s n -l lines -x -d 'So many'
complete -c tickerctl -n '__fish_seen_subcommand_from watch' -l cursor-file -r -F -d 'Go on from here'
complete -c tickerctl -n '__fish_seen_subcommand_from watch' -l format -x -a 'text json waybar i3bar polybar tmux'
complete -c tickerctl -n '__fish_seen_subcommand_from watch' -l strip -d 'One line that scrolls'
complete -c tickerctl -n '__fish_seen_subcommand_from watch' -l notify -d 'Notifications on the desktop'
complete -c tickerctl -n '__fish_seen_subcommand_from watch' -l width -x -d 'Cells of a headline'
complete -c tickerctl -n '__fish_seen_subcommand_from last search' -l ago -d 'Spans, not times'
complete -c tickerctl -n '__fish_seen_subcommand_from last search sources' -l format -x -a 'text json'
complete -c tickerctl -n '__fish_seen_subcommand_from status' -l format -x -a 'text json prometheus'
complete -c tickerctl -n '__fish_seen_subcommand_from export' -l format -x -a 'json csv rss jsonfeed'
complete -c tickerctl -n '__fish_seen_subcommand_from try' -l page -r -F -d 'A saved page'
complete -c tickerctl -n '__fish_seen_subcommand_from try' -l url -x -d 'Another address'
complete -c tickerctl -n '__fish_seen_subcommand_from try' -a '(__tickerctl_sources)'
complete -c tickerctl -n '__fish_seen_subcommand_from try suggest' -F

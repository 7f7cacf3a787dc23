# fish completion for mplog(1). Commands and options are those that `mplog help` names.

function __mplog_commands
    mplog help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\)  *\(.*\)/\1\t\2/p'
end

function __mplog_command
    set -l words (commandline -opc)
    test (count $words) -gt 1; and echo $words[2]
end

# The options of the command at hand; with "=" those that take a value.
function __mplog_options
    mplog help (__mplog_command) 2>/dev/null |
        sed -nE 's/^ +(-[a-zA-Z], )?(--[a-z]+=?)[^ ]* +(.*)/\2\t\3/p'
end

# The values of a member of `mplog ps --json`: of the processes that run.
function __mplog_running
    mplog ps --json 2>/dev/null | sed -n "s/.*\"$argv[1]\":\"\([^\"\\\\]*\)\".*/\1/p" | sort -u
end

function __mplog_levels
    string split ' ' 'emerg alert crit err warning notice info debug none'
end

# What --output of the command at hand can be: a form, or one of the columns.
function __mplog_outputs
    switch (__mplog_command)
        case tail
            string split ' ' 'short cat json'
        case timeline
            string split ' ' 'svg html perfetto'
        case ps
            string split ' ' 'process pid level set-by sink sent diverted lost suppressed last identifier run-id user'
        case level
            string split ' ' 'program process pid level set-by'
        case gaps
            string split ' ' 'process pid records missing lost diverted suppressed worst when missing-numbers identifier run-id'
    end
end

function __mplog_values
    switch $argv[1]
        case -t --identifier
            __mplog_running identifier
        case -n --name
            test "$argv[1]" = --name -o (__mplog_command) = log; and __mplog_running process
        case -p --level --stdout --stderr
            __mplog_levels
        case --run
            __mplog_running run_id
        case --for
            string split ' ' '1m 10m 1h'
        case --wait
            string split ' ' '500ms 2s 10s'
        case --since --until
            string split ' ' 'today yesterday'
        case -o --output
            if test "$argv[1] "(__mplog_command) = '-o timeline'
                __fish_complete_path (commandline -ct)
            else
                __mplog_outputs
            end
        case --file
            __fish_complete_path (commandline -ct | string replace -r '^--[a-z]+=' '')
        case -d -D --directory
            __fish_complete_directories
    end
end

function __mplog_operands
    switch (__mplog_command)
        case help
            __mplog_commands
        case show ps status tail timeline blackbox
            __mplog_running process
        case level
            __mplog_running process
            __mplog_levels
        case check exec
            __fish_complete_path (commandline -ct)
    end
end

function __mplog
    set -l token (commandline -ct)
    set -l words (commandline -opc)
    if test (count $words) -eq 1
        __mplog_commands
        printf '%s\n' --help --version
    else if string match -qr -- '^--[a-z]+=' $token
        set -l option (string replace -r '=.*' '' -- $token)
        for value in (__mplog_values $option)
            echo $option=$value
        end
    else if string match -qr -- '^-[a-zA-Z]$' $words[-1]
        __mplog_values $words[-1]
    else if string match -q -- '-*' $token
        __mplog_options
        echo --help
    else
        __mplog_operands
    end
end

complete -c mplog -f -a '(__mplog)'

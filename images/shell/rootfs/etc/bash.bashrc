# Every interactive bash of a sandbox, login or not. A learner's own ~/.bashrc comes after it and wins.
[ -z "${PS1-}" ] && return

shopt -s checkwinsize histappend globstar
HISTFILE=$HOME/.bash_history HISTCONTROL=ignoreboth HISTSIZE=5000 HISTFILESIZE=5000
alias ls='ls --color=auto' ll='ls -l --color=auto' grep='grep --color=auto'

PS1='\[\e[32m\]\u@\h\[\e[0m\]:\[\e[34m\]\w\[\e[0m\]\$ '

# The page learns from OSC 133 where a prompt starts (A) and ends (B), when a command starts (C), and with which status it
# ended (D). PS0 is printed only when there is a command, so an empty line makes no D. The arithmetic in its empty
# substring is the way to set a variable from it without a subshell.
PS0='\e]133;C\a${IFS:$((__drydock_ran = 1, 0)):0}'
__drydock_prompt() {
  local status=$?
  if [[ ${__drydock_ran-} ]]; then
    printf '\e]133;D;%d\a' "$status"
    __drydock_ran=
    history -a
  fi
  # Looked at before every prompt, so that the marks survive a learner's own PS1.
  [[ $PS1 == *']133;A'* ]] || PS1='\[\e]133;A\a\]'$PS1'\[\e]133;B\a\]'
  return "$status"
}
PROMPT_COMMAND=(__drydock_prompt)

# Completion is read at the first Tab: reading it here would make every new terminal wait for it.
__drydock_completion() {
  complete -r -D
  . /usr/share/bash-completion/bash_completion
  return 124
}
complete -D -F __drydock_completion -o bashdefault -o default

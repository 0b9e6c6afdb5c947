" Opens a file with a mistake in Vim with ALE, waits for the diagnostic, applies the
" first quick fix, and saves. Run by editors/editors_test.go as
"
"     vim --not-a-term -N -u NONE -i NONE -n -S ale.vim
"
" TOOL and FILE are the server and the file.

function! Fail(what) abort
  call writefile(['ale.vim: ' . a:what], '/dev/stderr')
  cquit
endfunction

function! WaitFor(what, Condition) abort
  let l:start = localtime()
  while !a:Condition()
    if localtime() - l:start > 60
      call Fail('timeout: ' . a:what)
    endif
    sleep 50m
  endwhile
endfunction

function! Found() abort
  return get(get(g:ale_buffer_info, bufnr(''), {}), 'loclist', [])
endfunction

filetype plugin on
packadd ale
let g:ale_linters = {'go': ['tlstimeoutlint']}
call ale#linter#Define('go', {
\   'name': 'tlstimeoutlint',
\   'lsp': 'stdio',
\   'executable': $TOOL,
\   'command': '%e lsp',
\   'project_root': {buffer -> fnamemodify(ale#path#FindNearestFile(buffer, 'go.mod'), ':h')},
\   'initialization_options': {'handrolled': v:false},
\})

" The diagnostic is shown.
execute 'edit' fnameescape($FILE)
ALELint
call WaitFor('a diagnostic', {-> len(Found()) == 1})
let s:found = Found()[0]
if s:found.code !=# 'unstopped' || s:found.type !=# 'W' || getline(s:found.lnum)[s:found.col - 1 : s:found.end_col - 1] !=# 'conn.Handshake()'
  call Fail('the diagnostic is ' . string(s:found))
endif

" It moves with what is typed above it.
call append(0, '// typed')
ALELint
call WaitFor('a diagnostic a line below', {-> len(Found()) == 1 && Found()[0].lnum == s:found.lnum + 1})

" The quick fixes are offered, the first one is chosen.
1delete
ALELint
call WaitFor('a diagnostic where it was', {-> len(Found()) == 1 && Found()[0].lnum == s:found.lnum})
function! ale#util#Input(message, ...) abort
  return '1'
endfunction
call cursor(s:found.lnum, s:found.col)
ALECodeAction
call WaitFor('the fix', {-> search('HandshakeContext', 'nw') > 0})
ALELint
call WaitFor('no diagnostic', {-> len(Found()) == 0})
write
qall!

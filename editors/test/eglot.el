;;; eglot.el --- open a mistake in Emacs, apply the fix, save  -*- lexical-binding: t -*-

;; Run by editors/editors_test.go as
;;
;;     emacs --batch -l eglot.el
;;
;; The environment variables TOOL and FILE are the server and the file.

(require 'cl-lib)
(require 'eglot)
(require 'flymake)

;; Emacs has no mode for Go of its own.
(define-derived-mode go-mode prog-mode "Go")

(defun test-wait (what condition)
  "Wait until CONDITION returns non-nil; WHAT says what that is."
  (let ((end (+ (float-time) 60)) result)
    (while (not (setq result (funcall condition)))
      (when (> (float-time) end)
        (message "eglot.el: timeout: %s" what)
        (kill-emacs 1))
      (accept-process-output nil 0.05))
    result))

(defun test-fail (&rest args)
  "Print ARGS, formatted, and fail."
  (message "eglot.el: %s" (apply #'format args))
  (kill-emacs 1))

(find-file (getenv "FILE"))
(go-mode)
(setq eglot-sync-connect 60
      eglot-server-programs (list (list 'go-mode (getenv "TOOL") "lsp"))
      eglot-workspace-configuration '(:tlstimeoutlint (:handrolled :json-false)))
(apply #'eglot (eglot--guess-contact))

;; The diagnostic is shown.
(defun test-diagnostics ()
  "The diagnostics of the buffer."
  (flymake-start)
  (flymake-diagnostics))
(let ((found (car (test-wait "a diagnostic" #'test-diagnostics))))
  (unless (equal (buffer-substring (flymake-diagnostic-beg found) (flymake-diagnostic-end found))
                 "conn.Handshake()")
    (test-fail "the diagnostic is at %S" (buffer-substring (flymake-diagnostic-beg found)
                                                          (flymake-diagnostic-end found))))
  (unless (string-match-p "is not stopped" (flymake-diagnostic-text found))
    (test-fail "the diagnostic says %S" (flymake-diagnostic-text found)))
  (goto-char (flymake-diagnostic-beg found)))

;; The quick fixes are offered; the default is the preferred one.
(let ((last-nonmenu-event t)) ; not chosen with a mouse
  (cl-letf (((symbol-function 'completing-read)
             (lambda (_prompt choices _predicate _match _initial _history default &rest _)
               (when (< (length choices) 2)
                 (test-fail "there are only %d quick fixes" (length choices)))
               default)))
    (eglot-code-actions (point) (point) "quickfix" t)))
(save-excursion
  (goto-char (point-min))
  (unless (search-forward "HandshakeContext" nil t)
    (test-fail "the fix has not been applied")))
(save-buffer)
(test-wait "no diagnostic" (lambda () (null (test-diagnostics))))
(eglot-shutdown (eglot-current-server))
(kill-emacs 0)

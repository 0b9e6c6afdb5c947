-- Opens a file with a mistake in Neovim, waits for the diagnostic, applies the
-- preferred quick fix, and saves. Run by editors/editors_test.go as
--
--     nvim --headless -u NONE -S neovim.lua
--
-- TOOL and FILE are the server and the file. It works from Neovim 0.7 on.

local function fail(what)
  io.stderr:write("neovim.lua: " .. what .. "\n")
  vim.cmd("cquit 1")
end

local function wait(what, condition)
  if not vim.wait(60000, condition, 50) then
    fail("timeout: " .. what)
  end
end

vim.cmd("edit " .. vim.fn.fnameescape(vim.env.FILE))
local client = vim.lsp.start_client({
  name = "tlstimeoutlint",
  cmd = { vim.env.TOOL, "lsp" },
  root_dir = vim.fn.fnamemodify(vim.env.FILE, ":h"),
  settings = { tlstimeoutlint = { handrolled = false } },
})
vim.lsp.buf_attach_client(0, client)

-- The diagnostic is shown.
wait("a diagnostic", function()
  return #vim.diagnostic.get(0) == 1
end)
local found = vim.diagnostic.get(0)[1]
if found.source ~= "tlstimeoutlint" or found.code ~= "unstopped" or found.severity ~= vim.diagnostic.severity.WARN then
  fail("the diagnostic is " .. vim.inspect(found))
end
local line = vim.api.nvim_buf_get_lines(0, found.lnum, found.lnum + 1, true)[1]
if line:sub(found.col + 1, found.end_col) ~= "conn.Handshake()" then
  fail("the diagnostic is at " .. line:sub(found.col + 1, found.end_col))
end

-- It moves with what is typed above it, and is found again in the unsaved buffer.
vim.api.nvim_buf_set_lines(0, 0, 0, true, { "// typed 😀" })
wait("a diagnostic a line below", function()
  local now = vim.diagnostic.get(0)
  return #now == 1 and now[1].lnum == found.lnum + 1
end)
vim.api.nvim_buf_set_lines(0, 0, 1, true, {})
wait("a diagnostic where it was", function()
  local now = vim.diagnostic.get(0)
  return #now == 1 and now[1].lnum == found.lnum
end)

-- The quick fixes are offered, the preferred one is chosen.
vim.api.nvim_win_set_cursor(0, { found.lnum + 1, found.col })
local offered = 0
vim.ui.select = function(items, _, choose)
  offered = #items
  for _, item in ipairs(items) do
    if item[2].isPreferred then
      return choose(item)
    end
  end
  fail("no quick fix is preferred")
end
vim.lsp.buf.code_action()
wait("the fix", function()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n"):find("HandshakeContext", 1, true)
end)
if offered < 2 then
  fail("there are only " .. offered .. " quick fixes")
end
wait("no diagnostic", function()
  return #vim.diagnostic.get(0) == 0
end)
vim.cmd("write")
vim.cmd("qall!")

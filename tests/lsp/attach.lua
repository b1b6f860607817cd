-- Opens a file in Neovim with the language server, does what one does, and writes what came of it.
local python, file, report = vim.env.PYTHON, vim.env.FILE, vim.env.REPORT
vim.cmd("edit " .. file)
local client = vim.lsp.start_client({ cmd = { python, "-m", "imsquery", "lsp" }, root_dir = "." })
vim.lsp.buf_attach_client(0, client)

local function findings()
  local messages = {}
  for _, each in ipairs(vim.diagnostic.get(0)) do
    table.insert(messages, each.message)
  end
  return messages
end

local function ask(method, parameters)
  for _, answer in pairs(vim.lsp.buf_request_sync(0, method, parameters, 10000)) do
    return answer.result
  end
end

vim.wait(20000, function() return #vim.diagnostic.get(0) > 0 end)
local before = findings()

local actions = vim.lsp.util.make_range_params()
actions.context = { diagnostics = {}, only = { "source.fixAll" } }
vim.lsp.util.apply_workspace_edit(ask("textDocument/codeAction", actions)[1].edit, "utf-16")
vim.wait(20000, function() return #vim.diagnostic.get(0) == 0 end)
local after = findings()

vim.lsp.buf.formatting_sync(nil, 10000)
local lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)

vim.cmd("normal! G$")
local labels = {}
for _, item in ipairs(ask("textDocument/completion", vim.lsp.util.make_position_params()).items) do
  table.insert(labels, item.label)
end

local result = { before = before, after = after, lines = lines, labels = labels }
local stream = io.open(report, "w")
stream:write(vim.fn.json_encode(result))
stream:close()
vim.cmd("qall!")

"""A real client: Neovim opens a migration, types a fault, sees it, and applies the mend."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NVIM = shutil.which("nvim")

TABLES = """\
CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE INDEX ON docs (tenant_id);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON docs TO app_user;
CREATE POLICY own ON docs
    USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::int);
"""
SCRIPT = r"""
local told = {}
local function wait(what, condition)
  if not vim.wait(30000, condition, 20) then error("nothing came of: " .. what) end
end
local function codes()
  local found = {}
  for _, one in ipairs(vim.diagnostic.get(0)) do found[one.code] = one end
  return found
end
local function run()
  vim.cmd("edit migrations/0002_policy.sql")
  local started = vim.lsp.start_client({
    name = "rlslint",
    cmd = { PYTHON, "-m", "rlslint", "server" },
    root_dir = vim.fn.getcwd(),
  })
  vim.lsp.buf_attach_client(0, started)
  local function client() return vim.lsp.get_client_by_id(started) end
  wait("starting", function() local one = client() return one and one.initialized end)
  vim.api.nvim_buf_set_lines(0, 0, -1, false, { "-- what everybody may read" })
  vim.api.nvim_buf_set_lines(0, 1, 1, false, { "CREATE POLICY everybody ON docs USING (true);" })
  wait("the fault", function() return codes()["RLS101"] ~= nil end)
  local fault = codes()["RLS101"]
  told.line, told.column, told.severity = fault.lnum, fault.col, fault.severity
  local range = { start = { line = fault.lnum, character = fault.col },
                  ["end"] = { line = fault.lnum, character = fault.end_col } }
  local answers = vim.lsp.buf_request_sync(0, "textDocument/codeAction", {
    textDocument = vim.lsp.util.make_text_document_params(),
    range = range,
    context = { diagnostics = { {
      range = range, message = fault.message, code = fault.code, source = fault.source } } },
  }, 30000)
  told.actions = {}
  local mend
  for _, answer in pairs(answers) do
    for _, action in ipairs(answer.result) do
      table.insert(told.actions, action.title)
      if action.isPreferred then mend = action end
    end
  end
  vim.lsp.util.apply_workspace_edit(mend.edit, client().offset_encoding or "utf-16")
  wait("the mend", function() return codes()["RLS101"] == nil end)
  told.lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  local hover = vim.lsp.buf_request_sync(0, "textDocument/hover", {
    textDocument = vim.lsp.util.make_text_document_params(),
    position = { line = 1, character = 16 },
  }, 30000)
  for _, answer in pairs(hover) do told.hover = answer.result.contents.value end
end
local ok, problem = pcall(run)
if not ok then told.problem = tostring(problem) end
local file = io.open("told.json", "w")
file:write(vim.fn.json_encode(told))
file:close()
vim.cmd("qall!")
"""


@pytest.mark.skipif(NVIM is None, reason="Neovim is not installed")
def test_neovim_shows_what_is_typed_and_applies_the_mend(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/0001_docs.sql").write_text(TABLES, "utf-8")
    (tmp_path / "test.lua").write_text(f"PYTHON = {json.dumps(sys.executable)}\n{SCRIPT}", "utf-8")
    home = {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CONFIG", "DATA", "STATE")}
    command = [str(NVIM), "--headless", "--clean", "-c", "luafile test.lua"]
    completed = subprocess.run(
        command, cwd=tmp_path, capture_output=True, timeout=120, check=False,
        env={**os.environ, **home},
    )  # fmt: skip
    told = json.loads((tmp_path / "told.json").read_text("utf-8"))
    assert "problem" not in told, (told, completed.stderr)
    assert (told["line"], told["column"]) == (1, 39)
    assert told["actions"][-1] == "Show the card of policy-using-true"
    assert any(line.startswith("ALTER POLICY everybody") for line in told["lines"])
    assert "app_user" in told["hover"]

// The VS Code extension starts the language server and shows its log. It does
// nothing else, and sends nothing anywhere.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const vscode = require('vscode');
const { LanguageClient, TransportKind } = require('vscode-languageclient/node');

/** @type {LanguageClient | undefined} */
let client;

/** @type {vscode.OutputChannel} */
let output;

/** The starts and stops so far: one comes after the other. */
let work = Promise.resolve();

/** Called by VS Code when a Go file or module is opened. */
async function activate(context) {
  output = vscode.window.createOutputChannel('tlstimeoutlint');
  context.subscriptions.push(
    output,
    vscode.commands.registerCommand('tlstimeoutlint.restart', restart),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('tlstimeoutlint.path')) {
        restart();
      } else if (event.affectsConfiguration('tlstimeoutlint')) {
        work = work.then(configure);
      }
    }),
  );
  await restart();
}

/** Called by VS Code at the end. */
function deactivate() {
  return (work = work.then(stop));
}

function restart() {
  return (work = work.then(stop).then(start));
}

async function stop() {
  if (client?.isRunning()) { // else it can't be disposed of
    await client.dispose();
  }
}

async function start() {
  const command = find(vscode.workspace.getConfiguration('tlstimeoutlint').get('path'));
  const server = { command, args: ['lsp'], transport: TransportKind.stdio };
  client = new LanguageClient('tlstimeoutlint', 'tlstimeoutlint', server, {
    documentSelector: [{ scheme: 'file', language: 'go' }],
    initializationOptions: settings(),
    outputChannel: output,
  });
  try {
    await client.start();
  } catch (err) {
    vscode.window.showErrorMessage(
      `tlstimeoutlint does not start: ${err.message}. ` +
        'Install it: go install github.com/tlstimeoutlint/tlstimeoutlint/cmd/tlstimeoutlint@latest',
    );
  }
}

/** Tells a running server its settings. */
async function configure() {
  if (client?.isRunning()) {
    await client.sendNotification('workspace/didChangeConfiguration', { settings: { tlstimeoutlint: settings() } });
  }
}

/** The linter's settings, without those that have been left alone. */
function settings() {
  return vscode.workspace.getConfiguration('tlstimeoutlint').get('settings');
}

/** The path of a command: as it is given, in PATH, or where go install puts it. */
function find(command) {
  if (path.isAbsolute(command)) {
    return command;
  }
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const gobin = process.env.GOBIN || path.join((process.env.GOPATH || path.join(os.homedir(), 'go')).split(path.delimiter)[0], 'bin');
  const dirs = [...(process.env.PATH || '').split(path.delimiter), gobin];
  const candidates = dirs.filter(Boolean).map((dir) => path.join(dir, command + suffix));
  return candidates.find((file) => fs.existsSync(file)) || command;
}

module.exports = { activate, deactivate };

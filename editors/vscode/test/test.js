// Opens a file with a mistake in VS Code (code-server, in Chromium), where the path
// of the server is wrong; mends the path, waits for the squiggle, restarts the
// server, applies the quick fix with the keyboard, saves, and asks for more by a
// setting. Run by .ci/vscode, which sets these environment variables:
//
//   TOOL      the tlstimeoutlint command
//   VSIX      the packaged extension
//   FILE      the file; FIXED is what it must be in the end
//   CHROMIUM  the browser
//   PICTURES  a folder for the pictures of before and after, if they are wanted

const { spawn, execFileSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { chromium } = require('playwright-core');

const patience = 120_000;

/** Returns a port that is free. */
function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Waits until the condition holds. */
async function until(what, condition) {
  for (const end = Date.now() + patience; ; await new Promise((r) => setTimeout(r, 200))) {
    if (await condition()) {
      return;
    }
    if (Date.now() > end) {
      throw new Error(`timeout: ${what}`);
    }
  }
}

/** The user's settings. */
const userSettings = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.colorTheme': 'Default Light Modern',
  'editor.minimap.enabled': false,
  'editor.autoClosingBrackets': 'never',
  'editor.autoClosingQuotes': 'never',
};

/**
 * The settings of the machine where the server runs. There VS Code looks for the
 * path of a program, when it is used in a browser.
 */
function machineSettings(server, settings) {
  return { 'tlstimeoutlint.path': server, 'tlstimeoutlint.settings': settings };
}

/** Writes settings of a kind: User or Machine. */
function writeSettings(home, kind, settings) {
  const folder = path.join(home, 'data', kind);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'settings.json'), JSON.stringify(settings));
}

/** Writes a command that notes each start of the server, and returns its path. */
function writeServer(home) {
  const file = path.join(home, 'server');
  const script = `#!/bin/sh\necho started >>'${home}/starts'\nexec '${process.env.TOOL}' "$@"\n`;
  fs.writeFileSync(file, script, { mode: 0o755 });
  return file;
}

/** How often the server has been started. */
function starts(home) {
  return fs.readFileSync(path.join(home, 'starts'), 'utf8').split('\n').length - 1;
}

/** Installs the extension, and starts the editor. */
async function startEditor(home) {
  const port = await freePort();
  const entry = require.resolve('code-server/out/node/entry.js');
  const dirs = [
    `--user-data-dir=${path.join(home, 'data')}`,
    `--extensions-dir=${path.join(home, 'extensions')}`,
    `--config=${path.join(home, 'config.yaml')}`,
  ];
  writeSettings(home, 'User', userSettings);
  writeSettings(home, 'Machine', machineSettings(path.join(home, 'missing'), {}));
  execFileSync(process.execPath, [entry, ...dirs, `--install-extension=${process.env.VSIX}`], { stdio: 'inherit' });
  const server = spawn(
    process.execPath,
    [entry, ...dirs, '--auth=none', `--bind-addr=127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check'],
    { stdio: 'inherit' },
  );
  const url = `http://127.0.0.1:${port}`;
  await until('the editor', () => fetch(url).then((r) => r.ok, () => false));
  return { server, url };
}

/** Takes a picture. */
async function picture(page, name) {
  if (process.env.PICTURES) {
    await page.screenshot({ path: path.join(process.env.PICTURES, `vscode-${name}.png`) });
  }
}

/** Runs a command of the command palette by its title. */
async function run(page, category, title) {
  await page.keyboard.press('F1');
  await page.keyboard.type(`${category}: ${title}`);
  await page.getByRole('option', { name: title }).first().waitFor({ timeout: patience });
  await page.keyboard.press('Enter');
}

/** Restarts the server by the extension's command. */
async function restart(page, home) {
  const before = starts(home);
  await run(page, 'tlstimeoutlint', 'Restart Language Server');
  await until('the server started anew', () => starts(home) === before + 1);
}

/** Changes the settings in their own editor, as users do, and returns to the file. */
async function changeSettings(page, settings) {
  await run(page, 'Preferences', 'Open Remote Settings (JSON)');
  const lines = page.locator('.editor-instance[aria-label*="settings.json"] .view-lines');
  await lines.click({ timeout: patience });
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(JSON.stringify(settings));
  await page.keyboard.press('Control+s');
  await page.getByRole('tab', { name: path.basename(process.env.FILE) }).click();
}

/** Mends the path, sees the finding, fixes it, and saves; then asks for more findings. */
async function fix(page, url, home) {
  const file = process.env.FILE;
  const command = writeServer(home);
  await page.goto(`${url}/?folder=${encodeURIComponent(path.dirname(file))}`);
  await page.getByRole('treeitem', { name: path.basename(file) }).dblclick({ timeout: patience });
  await page.getByText('tlstimeoutlint does not start').first().waitFor({ timeout: patience });
  await run(page, 'Notifications', 'Clear All Notifications');
  await changeSettings(page, machineSettings(command, {}));
  await page.locator('.squiggly-warning').first().waitFor({ timeout: patience });
  await restart(page, home);
  await page.locator('.squiggly-warning').first().waitFor({ timeout: patience });
  await page.locator('.view-lines').first().click();
  await until('the finding', async () => {
    await page.keyboard.press('F8'); // goes to the finding, and tells it
    return page.getByText('is not stopped when the timer').first().isVisible();
  });
  await picture(page, 'before');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+.');
  await page.locator('.action-widget').waitFor({ timeout: patience });
  await picture(page, 'fixes');
  await page.keyboard.press('Enter');
  await page.locator('.squiggly-warning').first().waitFor({ state: 'detached', timeout: patience });
  await page.keyboard.press('Control+s');
  const want = fs.readFileSync(process.env.FIXED, 'utf8');
  await until('the fixed file', () => fs.readFileSync(file, 'utf8') === want);
  await picture(page, 'after');
  await changeSettings(page, machineSettings(command, { handrolled: true }));
  await page.locator('.squiggly-warning').first().waitFor({ timeout: patience });
}

async function main() {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'vscode-'));
  let server, browser, page;
  try {
    const editor = await startEditor(home);
    server = editor.server;
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });
    page = await browser.newPage({ viewport: { width: 1100, height: 720 } });
    await fix(page, editor.url, home);
    console.log('vscode: 1 passed, 0 failed');
  } catch (err) {
    console.error(err);
    await page?.screenshot({ path: path.join(os.tmpdir(), 'vscode-failed.png') });
    process.exitCode = 1;
  } finally {
    await browser?.close();
    server?.kill();
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

main();

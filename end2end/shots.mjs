// Pictures of pages, for people to look at: each path in light and dark, narrow and wide.
//
//   node shots.mjs http://127.0.0.1:3000 / /jobs '/jobs?phase=failed'
//
// They go to results/shots/<path>-<scheme>-<width>.png. `--full` takes the whole page, not the window.

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

import { launchBrowser, narrow, openPage, visit, wide } from './support/browser.mjs';

const given = process.argv.slice(2).filter((argument) => argument !== '--full');
const fullPage = process.argv.includes('--full');
const [base, ...paths] = given;
if (!base || !URL.canParse(base)) {
  console.error('usage: node shots.mjs BASE_URL [--full] [PATH…]');
  process.exit(2);
}

const folder = fileURLToPath(new URL('results/shots/', import.meta.url));
await mkdir(folder, { recursive: true });
const browser = await launchBrowser();
let troubled = false;
for (const place of paths.length > 0 ? paths : ['/', '/jobs']) {
  const name = place.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '') || 'home';
  for (const colorScheme of ['light', 'dark']) {
    for (const viewport of [narrow, wide]) {
      const page = await openPage(browser, { viewport, colorScheme });
      try {
        await visit(page, new URL(place, base).href);
        // Live parts fill in after the page has come to life.
        await page.waitForTimeout(500);
      } catch (error) {
        page.troubles.push(error.message);
      }
      const file = path.join(folder, `${name}-${colorScheme}-${viewport.width}.png`);
      await page.screenshot({ path: file, fullPage });
      console.log(path.relative(process.cwd(), file));
      for (const trouble of page.troubles) console.log(`  ${trouble}`);
      troubled ||= page.troubles.length > 0;
      await page.context().close();
    }
  }
}
await browser.close();
process.exitCode = troubled ? 1 : 0;

// Accessibility, judged by axe-core inside the page.

import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';

let source;

/**
 * Returns the serious and critical violations of a page, one readable string for each, with the elements that have it.
 *
 * @param {import('playwright-core').Page} page
 * @param {object} [options] axe.run's own options
 */
export async function seriousViolations(page, options = {}) {
  source ??= await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // Evaluated by the debugger, so the page's content security policy does not stand in the way.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source);
  const { violations } = await page.evaluate((given) => window.axe.run(document, given), options);
  return violations
    .filter((violation) => violation.impact === 'serious' || violation.impact === 'critical')
    .map((violation) => {
      const places = violation.nodes.slice(0, 5).map((node) => `  ${node.target.join(' ')}: ${node.failureSummary}`);
      return `${violation.impact}: ${violation.id}: ${violation.help} (${violation.nodes.length}×)\n${places.join('\n')}`;
    });
}

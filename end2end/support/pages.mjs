// What the specs do with Onepane's pages, in the words of those who use them.

/** The ids of the rows that the table shows, from the top. */
export const shownIds = (page) =>
  page.$$eval('table.rows tbody tr[data-id]', (rows) => rows.map((row) => row.dataset.id));

/** The texts of one column, from the top. */
export const column = (page, word) =>
  page.$$eval(`table.rows tbody tr[data-id] td.c-${word}`, (cells) => cells.map((cell) => cell.innerText.trim()));

/** How many workloads the page says it has found. */
export const total = async (page) => Number((await page.innerText('#total')).replace(/\D/g, ''));

/** Clicks something and waits until the count of workloads is another one. */
export async function changesTotal(page, action) {
  const before = await total(page);
  await action();
  await page.waitForFunction(
    (before) => Number(document.querySelector('#total')?.innerText.replace(/\D/g, '')) !== before,
    before,
  );
  return total(page);
}

/** A value of a facet, by its dimension's title and its label. */
export const facet = (page, title, label) =>
  page.locator('.facet', { has: page.getByRole('heading', { name: title, exact: true }) })
    .locator('.facet-value', { hasText: label })
    .first();

/** A training job's event as EventBridge delivers it. */
export function trainingJob({ name, status = 'InProgress', account = '111122223333', region = 'eu-west-1', ...more }) {
  const now = new Date();
  const arn = `arn:aws:sagemaker:${region}:${account}:training-job/${name}`;
  return {
    version: '0',
    id: more.id ?? crypto.randomUUID(),
    'detail-type': 'SageMaker Training Job State Change',
    source: 'aws.sagemaker',
    account,
    time: (more.time ?? now).toISOString(),
    region,
    resources: [arn],
    detail: {
      TrainingJobName: name,
      TrainingJobArn: arn,
      TrainingJobStatus: status,
      SecondaryStatus: status === 'InProgress' ? 'Training' : status,
      CreationTime: now.getTime() - 120_000,
      TrainingStartTime: now.getTime() - 60_000,
      TrainingEndTime: status === 'InProgress' ? null : now.getTime(),
      FailureReason: more.reason ?? null,
      ResourceConfig: { InstanceType: 'ml.g5.xlarge', InstanceCount: 2, VolumeSizeInGB: 50 },
      Tags: { team: 'e2e', ...more.tags },
    },
  };
}

/** Events as JSON Lines. */
export const lines = (events) => events.map((event) => JSON.stringify(event)).join('\n') + '\n';

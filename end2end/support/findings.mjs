// Findings as Security Lake's source version 2 (OCSF 1.1) holds them, for `onepane lake import`.

const DAY = 86_400_000;

/** The start of today's UTC day. */
export const today = Math.floor(Date.now() / DAY) * DAY;

/** The day so many days ago as an address says it: `2026-11-02T00:00:00.000Z`. */
export const daysAgo = (days) => new Date(today - days * DAY).toISOString();

/** One record. */
export function finding({ at, product, type, severity = 'Medium', account = '111122223333', resource, uid, title }) {
  const severities = ['Unknown', 'Informational', 'Low', 'Medium', 'High', 'Critical'];
  return {
    time: at,
    time_dt: new Date(at).toISOString(),
    class_uid: 2004,
    class_name: 'Detection Finding',
    category_uid: 2,
    activity_id: 1,
    metadata: { version: '1.1.0', product: { name: product, vendor_name: 'AWS', feature: { name: 'Security Hub' } } },
    finding_info: {
      uid: uid ?? `${product}/${type}/${at}`,
      title: title ?? `${type} on ${resource ?? 'a host'}`,
      desc: 'Made by a test.',
      types: [type],
      created_time: at,
      created_time_dt: new Date(at).toISOString(),
    },
    severity,
    severity_id: severities.indexOf(severity),
    status: 'New',
    status_id: 1,
    cloud: { provider: 'AWS', region: 'eu-west-1', account: { uid: account } },
    accountid: account,
    region: 'eu-west-1',
    resources: [{ uid: resource ?? `arn:aws:ec2:eu-west-1:${account}:instance/i-0a`, type: 'AwsEc2Instance' }],
  };
}

/** The series of the specs: one with a spike, one with a step, and quiet ones around them. */
export const spike = { product: 'GuardDuty', type: 'Recon/PortProbe', daysAgo: 9, count: 60 };
export const step = { product: 'Inspector', type: 'Vulnerabilities/CVE', daysAgo: 40, before: 4, after: 14 };
/** Quotes, semicolons, tags and letters of everywhere: a product like any other. */
export const odd = `O'Hara"; DROP TABLE x; -- <b>ä漢🙂</b>`;

/** 120 days of records, the same each time but for their days. */
export function records() {
  const made = [];
  let state = 42;
  const random = () => (state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296) / 4_294_967_296;
  const add = (daysBack, product, type, count, more = {}) => {
    for (let number = 0; number < count; number++) {
      const at = today - daysBack * DAY + Math.floor((number + 0.5) * (DAY / (count + 1)));
      made.push(finding({ at, product, type, uid: `${product}/${type}/${daysBack}/${number}`, ...more }));
    }
  };
  for (let back = 120; back >= 1; back--) {
    const noise = (mean) => Math.max(0, Math.round(mean + (random() - 0.5) * 4));
    add(back, spike.product, spike.type, back === spike.daysAgo ? spike.count : noise(6), {
      severity: back === spike.daysAgo ? 'High' : 'Low',
    });
    add(back, step.product, step.type, noise(back > step.daysAgo ? step.before : step.after));
    add(back, 'Macie', 'SensitiveData/PII', noise(5), { account: '444455556666' });
    add(back, 'Config', 'Rules', noise(8), { severity: 'Informational' });
    add(back, odd, `${odd}/type`, noise(5));
  }
  return made;
}

import { createMetrics } from '@shop/platform/telemetry/metrics.ts';
import { describe, expect, it } from 'vitest';
import { anchorsOf, page } from '../docs/markdown.ts';
import { compose, readText, readYaml } from '../support/compose.ts';
import { documentedMetrics } from '../support/metrics.ts';

interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
}

interface Panel {
  type: string;
  title: string;
  targets?: { expr: string; legendFormat: string; datasource: { uid: string } }[];
}

const rules: Rule[] = readYaml('deploy/compose/prometheus/rules.yaml').groups.flatMap(
  ({ rules: some }: { rules: Rule[] }) => some,
);
const dashboard = JSON.parse(readText('deploy/compose/grafana/dashboards/shop.json')) as { panels: Panel[] };
const queries = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })));
const datasources: { uid: string; url: string }[] = readYaml(
  'deploy/compose/grafana/provisioning/datasources/servers.yaml',
).datasources;

/** The labels of every metric that Prometheus gets: the documented ones, those of Node's process, and its own. */
const known = async (): Promise<Map<string, readonly string[]>> => {
  const process = (await createMetrics({ service: 'x' }).registry.getMetricsAsJSON()).map(({ name }) => name);
  return new Map<string, readonly string[]>([
    ...process.map((name) => [name, ['kind', 'type', 'version', 'space']] as const),
    ['up', []],
    ...documentedMetrics().map(({ name, labels }) => [name, labels] as const),
  ]);
};
/** On every series, by our own hand or Prometheus's. */
const everywhere = ['service', 'job', 'instance', 'le'];

/** Every metric that a query names, with the labels that it asks for between braces. */
const askedFor = (query: string): { name: string; labels: string[] }[] =>
  [...query.matchAll(/\b((?:shop|http|process|nodejs)_\w+|up)\b(?:\{([^}]*)\})?/g)].map(
    ([, name = '', inner = '']) => ({
      name: name.replace(/_(bucket|count|sum)$/, ''),
      labels: [...inner.matchAll(/(\w+)\s*[=!]/g)].map(([, label = '']) => label),
    }),
  );

/** What a query wants that nobody serves. */
const unserved = (query: string, served: Map<string, readonly string[]>): string[] =>
  askedFor(query).flatMap(({ name, labels }) => {
    const own = served.get(name);
    if (!own) return [name];
    return labels
      .filter((label) => !own.includes(label) && !everywhere.includes(label))
      .map((label) => `${name}{${label}}`);
  });

const runbook = page('docs/runbook.md');
const sections = runbook.text.split(/^### /m).slice(1);
const queriesOf = (section: string): string[] =>
  [...section.matchAll(/^```promql\n(.*?)^```/gms)].map(([, text = '']) => text.trim());

describe('The rules of Prometheus', () => {
  it('When a rule calls somebody, then its page in the runbook has the same query', () => {
    const lost = rules.filter(({ expr, annotations: { summary, runbook: link } }) => {
      const section = sections.find((one) => one.startsWith(`${summary}\n`));
      const [file, anchor = ''] = link.split('#');
      return (
        !section ||
        !queriesOf(section).includes(expr) ||
        file !== 'docs/runbook.md' ||
        !anchorsOf(runbook).includes(anchor)
      );
    });
    expect(lost.map(({ alert }) => alert)).toEqual([]);
  });

  it('When the runbook has the query of an alarm, then there is a rule for it, as long as the page says', () => {
    const wanted = sections.flatMap((section) =>
      queriesOf(section).map((expr) => ({
        expr,
        summary: section.split('\n')[0],
        for: /^\*for\* (\d+) s/m.exec(section)?.[1],
      })),
    );
    const ruled = rules.map((rule) => ({
      expr: rule.expr,
      summary: rule.annotations.summary,
      for: rule.for === undefined ? undefined : /^(\d+)s$/.exec(rule.for)?.[1],
    }));
    expect(ruled).toEqual(wanted);
    expect(rules.length).toBeGreaterThan(15);
  });

  it('When a rule asks for a metric and its labels, then somebody serves them', async () => {
    const served = await known();
    expect(rules.flatMap(({ expr }) => unserved(expr, served))).toEqual([]);
    expect(rules.map(({ labels }) => labels.severity).filter((one) => !['page', 'ticket'].includes(one))).toEqual([]);
  });

  it('When Prometheus starts, then it finds them where compose puts them', () => {
    const { prometheus } = compose.services;
    expect(prometheus?.volumes).toContain('./deploy/compose/prometheus:/etc/shop:ro');
    expect(prometheus?.command).toContain('--config.file=/etc/shop/prometheus.yaml');
    expect(readYaml('deploy/compose/prometheus/prometheus.yaml').rule_files).toEqual(['rules.yaml']);
  });
});

describe('The dashboard of Grafana', () => {
  it('When a panel asks for a metric and its labels, then somebody serves them', async () => {
    const served = await known();
    expect(queries.flatMap(({ title, expr }) => unserved(expr, served).map((name) => `${title}: ${name}`))).toEqual([]);
    expect(queries.filter(({ expr }) => askedFor(expr).length === 0)).toEqual([]);
  });

  it('When there is something to see, then there is a panel for it', () => {
    const shown = new Set(queries.flatMap(({ expr }) => askedFor(expr).map(({ name }) => name)));
    // How much was forgotten, and the disk of the embedded form, call for no picture.
    const rest = documentedMetrics().filter(({ name }) => !shown.has(name) && !/_tidied_|_free_bytes/.test(name));
    expect(rest.map(({ name }) => name)).toEqual([]);
    for (const name of [
      'process_resident_memory_bytes',
      'process_cpu_seconds_total',
      'nodejs_eventloop_lag_p99_seconds',
    ])
      expect(shown).toContain(name);
    for (const quantile of ['0.5', '0.99'])
      expect(queries.some(({ expr }) => expr.includes(`histogram_quantile(${quantile}, sum by (le, step)`))).toBe(true);
  });

  it('When a query names a source of data, then it is provided, and is a container of compose', () => {
    const uids = new Set(queries.map(({ datasource }) => datasource.uid));
    expect([...uids].filter((uid) => !datasources.some((one) => one.uid === uid))).toEqual([]);
    const hosts = datasources.map(({ url }) => new URL(url).hostname);
    expect(hosts.filter((host) => !(host in compose.services))).toEqual([]);
    const { path } = readYaml('deploy/compose/grafana/provisioning/dashboards/files.yaml').providers[0].options;
    expect(compose.services.grafana?.environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH).toBe(`${path}/shop.json`);
  });

  it('When the way of traces is looked at, then Jaeger takes what services send', () => {
    const { otlp } = readYaml('deploy/compose/jaeger/jaeger.yaml').receivers;
    expect(otlp.protocols.http.endpoint).toBe('0.0.0.0:4318');
    expect(readText('.env.example')).toContain('http://jaeger:4318');
    const ours = Object.values(compose.services).filter(({ build }) => build?.target === 'service');
    const told = ours.filter(({ environment }) =>
      /^\$\{OTEL_EXPORTER_OTLP_ENDPOINT:-\}$/.test(environment.OTEL_EXPORTER_OTLP_ENDPOINT ?? ''),
    );
    expect(told).toHaveLength(6);
    expect(told.every(({ networks }) => networks.includes('telemetry'))).toBe(true);
    expect(compose.services.jaeger?.networks).toContain('telemetry');
  });
});

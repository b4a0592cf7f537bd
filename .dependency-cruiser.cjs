/**
 * The arrows of the house (docs/architecture.md): services → packages, never the other way, never service → service;
 * inside a service routes, events → service → domain; only composition roots and tests name an adapter.
 */
const tests = '[.](test|conformance|fixture)[.]ts$|(^|/)testing([.]ts$|/)|^tests/';
const roots = '^apps/|^services/[^/]+/main[.]ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one idea, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-service-to-service',
      comment: 'Services talk by commands and events (packages/contracts), never by import.',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'packages-stand-below',
      comment: 'What every service stands on knows none of them.',
      severity: 'error',
      from: { path: '^packages/', pathNot: '[.]distributed[.]test[.]ts$' },
      to: { path: '^(services|apps|deploy|tests)/' },
    },
    {
      name: 'services-stand-below-apps',
      severity: 'error',
      from: { path: '^services/', pathNot: '[.]distributed[.]test[.]ts$' },
      to: { path: '^(apps|deploy|tests)/' },
    },
    {
      name: 'deploy-starts-processes',
      comment:
        'It brings servers and services up as processes of their own, and knows services by their programs alone.',
      severity: 'error',
      from: { path: '^deploy/', pathNot: tests },
      to: { path: '^(services|apps|tests)/' },
    },
    {
      name: 'contracts-stand-alone',
      comment: 'What services say to each other holds whatever they are built with; Joi says what it looks like.',
      severity: 'error',
      from: { path: '^packages/contracts/', pathNot: tests },
      to: { pathNot: '^packages/contracts/|^node_modules/joi/' },
    },
    {
      name: 'sdk-stands-alone',
      comment: 'It runs in browsers too, on nothing but fetch.',
      severity: 'error',
      from: { path: '^packages/sdk/', pathNot: tests },
      to: { pathNot: '^packages/sdk/' },
    },
    {
      name: 'clients-carry-commands',
      comment: 'They know what services say to each other and how it is carried, never who answers.',
      severity: 'error',
      from: { path: '^packages/clients/', pathNot: tests },
      to: { pathNot: '^packages/(clients|contracts|platform)/' },
    },
    {
      name: 'clients-are-named-by-roots',
      comment: 'Services are given commands; whether they go over HTTP is decided where a service is put together.',
      severity: 'error',
      from: { path: '^(services|packages)/', pathNot: `${tests}|${roots}|^packages/clients/` },
      to: { path: '^packages/clients/' },
    },
    {
      name: 'pages-know-the-sdk-alone',
      comment: 'They talk to the shop as every client does; of the rest they may know what is said, not who says it.',
      severity: 'error',
      from: { path: '^web/src/', pathNot: tests },
      to: { path: '^(packages|services|apps|deploy|tests|seed)/', pathNot: '^packages/(sdk|contracts)/' },
    },
    {
      name: 'storefront-without-console',
      comment: 'Nobody who buys loads what operators need; app.tsx loads it when somebody goes there.',
      severity: 'error',
      from: { path: '^web/src/(client|ui|storefront)/' },
      to: { path: '^web/src/console/' },
    },
    {
      name: 'the-benchmark-is-a-client',
      comment: 'It brings the stack up and comes in by its door, like everybody; what it measures does not know of it.',
      severity: 'error',
      from: { path: '^bench/', pathNot: tests },
      to: { path: '^(services|apps|tests|web)/' },
    },
    {
      name: 'nobody-needs-the-benchmark',
      severity: 'error',
      from: { path: '^(packages|services|apps|deploy|tests|web)/' },
      to: { path: '^bench/' },
    },
    {
      name: 'nobody-needs-pages',
      severity: 'error',
      from: { path: '^(packages|services|apps|deploy)/' },
      to: { path: '^web/' },
    },
    {
      name: 'domain-is-pure',
      comment: 'Rules need no I/O, no clock and no framework, and know nobody who uses them.',
      severity: 'error',
      from: { path: '^services/[^/]+/domain([.]ts$|/)', pathNot: tests },
      to: {
        path: [
          '^(packages/platform|node_modules)/',
          '^services/[^/]+/(service|store|routes|events|schemas|main)[.]',
          // of Node's own modules only those that compute
          '^(?!(node:)?(util|crypto)$)[^/]+$',
        ],
      },
    },
    {
      name: 'domain-is-pure-all-the-way',
      severity: 'error',
      from: { path: '^services/[^/]+/domain([.]ts$|/)', pathNot: tests },
      to: { path: '^packages/platform/', reachable: true },
    },
    {
      name: 'service-knows-no-edge',
      comment: 'Routes and events call the service, not the other way.',
      severity: 'error',
      from: { path: '^services/[^/]+/(service|store)[.]ts$' },
      to: { path: '^services/[^/]+/(routes|events|main)[.]ts$' },
    },
    {
      name: 'adapters-are-named-by-roots',
      comment: 'Which database a service uses is decided where it is put together; adapters may be made of parts.',
      severity: 'error',
      from: {
        path: '^(services|apps|packages|deploy|tests)/',
        pathNot: `${tests}|${roots}|[.](postgres|mongo|memory)[.]ts$`,
      },
      to: { path: '^services/[^/]+/[^/]+[.](postgres|mongo|memory)[.]ts$' },
    },
    {
      name: 'edges-go-through-the-service',
      comment: 'Routes leave storing to the service; they may name the types that it takes.',
      severity: 'error',
      from: { path: '^services/[^/]+/routes[.]ts$' },
      to: { path: '^services/[^/]+/store[.]ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nobody-needs-tests',
      severity: 'error',
      from: {},
      to: { path: '[.](test|fixture)[.]ts$' },
    },
    {
      name: 'production-needs-no-testing',
      severity: 'error',
      from: { path: '^(packages|services|apps|deploy)/', pathNot: tests },
      to: { path: '(^|/)testing([.]ts$|/)|[.]conformance[.]ts$|^node_modules/vitest/' },
    },
    {
      name: 'everything-is-found',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-undeclared-packages',
      comment: 'What is imported is named in package.json.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)node_modules/[.]|^web/dist/' },
    // TypeScript 7 has no API that the cruiser could read sources through.
    parser: 'swc',
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
      mainFields: ['main', 'types'],
    },
  },
};

import { relative, resolve } from 'node:path';
import { refusePositionals, report, root, runCommand } from './command.ts';
import { readStackConfig, serviceEnvironment } from './config.ts';
import { onInterrupt } from './interrupt.ts';
import { readReplicas } from './replicas.ts';
import { defaultAdmin, type Stack, startStack } from './stack.ts';

const usage = `usage: npm run stack                                   opens the shop: real servers, six services, the edge
       npm run stack -- --replicas order=2,inventory=2  runs more of some services
       npm run stack:status                            shows every process
       npm run stack:restart -- order                  restarts a service, one replica after the other
       npm run stack:down                              ends it; the data stay in .local

PORT (8080) is where the shop opens; HOST, SEED, RATE_LIMIT, LAB, ADMIN_EMAIL and ADMIN_PASSWORD are as for npm start.`;

const tell = ({ url, dir, processes }: Stack, admin: string): void => {
  const near = relative(root, dir);
  const folder = near.startsWith('..') ? dir : near;
  process.stdout.write(`
The shop is open, as ${processes.length} processes that run on without this terminal.
  API     ${url}/api/v1
  Docs    ${url}/docs
  Admin   ${admin}
  Logs    ${folder}/logs, a file each; secrets are in ${folder}/secrets.json
  npm run stack:status shows every process, npm run stack:down ends them; the data stay in ${folder}.
`);
};

await runCommand({
  usage,
  options: { replicas: { type: 'string' } },
  async run({ values, positionals }) {
    refusePositionals(positionals, usage);
    const config = readStackConfig(process.env);
    const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = config;
    const own = email !== undefined && password !== undefined ? { email, password } : undefined;
    const stack = await startStack({
      dir: resolve(root, config.STACK_DIR),
      host: config.HOST,
      port: config.PORT,
      replicas: typeof values.replicas === 'string' ? readReplicas(values.replicas) : undefined,
      env: serviceEnvironment(process.env, config),
      admin: own,
      seed: config.SEED === 'on' && !process.env.AUTH_ISSUER,
      report,
      signal: onInterrupt(report),
    });
    const { email: name, password: known } = own ?? defaultAdmin;
    tell(stack, `${name} with password ${own ? 'your ADMIN_PASSWORD' : known}`);
    return 0;
  },
});

import { get, type Route } from '../http/route.ts';
import { joi } from '../http/schemas.ts';
import type { OutboxSource } from './outbox.ts';

const outboxDepth = joi.object<{ service: string; depth: number }, true>({
  service: joi.string().required(),
  depth: joi.number().integer().min(0).required(),
});

/** Tells other services, such as the one that has the console, how many events of this one wait to be published. */
export const outboxRoutes = ({ service, depth }: { service: string } & Pick<OutboxSource, 'depth'>): Route[] => [
  get(
    '/internal/outbox',
    { summary: 'How many events wait to be published', access: 'service', answers: { 200: outboxDepth } },
    async () => ({ service, depth: await depth() }),
  ),
];

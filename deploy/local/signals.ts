import type { HandleOptions } from './servers/process.ts';
import type { PartName } from './state.ts';

/** How a part of the stack is asked to end, where that is not by SIGTERM, and whether its children must be killed too. */
export const signalsOf = (name: PartName | undefined): HandleOptions => {
  if (name === 'postgres') return { endsOn: 'SIGINT' };
  if (name === 'edge') return { endsOn: 'SIGQUIT', group: true };
  return {};
};

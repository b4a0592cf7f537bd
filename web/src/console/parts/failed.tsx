import { ShopError } from '@shop/sdk/errors.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorState } from '../../ui/error-state.tsx';

interface FailedProps {
  error: unknown;
  /** "saga", "order". */
  what: string;
  parent: { to: string; name: string };
  retry: () => void;
}

/** There is none at this address, as far as the shop can tell: unknown, or not even an id. */
const isMissing = (error: unknown): boolean =>
  error instanceof ShopError && (error.status === 404 || error.code === 'VALIDATION_FAILED');

/** In the place of a thing that could not be shown, below its heading. */
export const Failed = ({ error, what, parent, retry }: FailedProps) =>
  isMissing(error) ? (
    <Empty title={`There is no such ${what}`} actions={<ButtonLink to={parent.to}>To the list</ButtonLink>}>
      The address may have been copied in part.
    </Empty>
  ) : (
    <ErrorState error={error} retry={retry} />
  );

import { ShopError } from '@shop/sdk/errors.ts';
import { useLocation } from 'react-router';
import { wordsOf } from '../client/words.ts';
import { Button, ButtonLink } from './button.tsx';
import { Empty } from './empty.tsx';

interface ErrorStateProps {
  error: unknown;
  /** Asks again; left away where that can't help. */
  retry?: () => void;
  level?: 1 | 2 | 3;
}

/** What failed, and the way on: again, or, signed out, by way of the sign-in and back. */
export const ErrorState = ({ error, retry, level }: ErrorStateProps) => {
  const { pathname, search } = useLocation();
  const { title, detail } = wordsOf(error);
  const signedOut = error instanceof ShopError && error.code === 'UNAUTHENTICATED';
  return (
    <div role="alert">
      <Empty
        title={title}
        level={level}
        actions={
          <>
            {signedOut && (
              <ButtonLink kind="primary" to={`/sign-in?back=${encodeURIComponent(pathname + search)}`}>
                Sign in
              </ButtonLink>
            )}
            {!signedOut && retry && <Button onClick={retry}>Try again</Button>}
          </>
        }
      >
        {detail}
      </Empty>
    </div>
  );
};

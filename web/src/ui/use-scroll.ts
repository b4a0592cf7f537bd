import { useEffect, useLayoutEffect } from 'react';
import { useLocation, useNavigationType } from 'react-router';

/** Where each entry of the history was scrolled to. */
const positions = new Map<string, number>();

/** A new page begins at its top; going back finds the place that was left. */
export const useScroll = (): void => {
  const { key, pathname } = useLocation();
  const how = useNavigationType();

  useEffect(() => {
    history.scrollRestoration = 'manual';
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new path is what asks for the top, not a new key.
  useLayoutEffect(() => {
    window.scrollTo(0, how === 'POP' ? (positions.get(key) ?? 0) : 0);
  }, [pathname]);

  useEffect(() => {
    const note = () => positions.set(key, window.scrollY);
    window.addEventListener('scroll', note, { passive: true });
    return () => window.removeEventListener('scroll', note);
  }, [key]);
};

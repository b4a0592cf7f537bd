import { type ReactNode, useEffect, useRef } from 'react';
import { useLocation, useNavigationType } from 'react-router';

let focusedFor: string | undefined;

interface PageTitleProps {
  /** The heading as text, which also names the tab. */
  title: string;
  /** The part of the site that it stands in, for the tab; the shop unless given. */
  site?: string;
  /** Instead of `title` in the heading. */
  children?: ReactNode;
  className?: string;
}

/**
 * The one heading of a page. It names the tab and, when somebody came here by a link, takes the focus, so that the page
 * is read out from its beginning; what changes only the search part of the address moves nothing.
 */
export const PageTitle = ({ title, site = 'Saga Supply', children, className }: PageTitleProps) => {
  const heading = useRef<HTMLHeadingElement>(null);
  const { pathname } = useLocation();
  const how = useNavigationType();
  useEffect(() => {
    const first = focusedFor === undefined;
    if (focusedFor === pathname) return;
    focusedFor = pathname;
    if (!first && how !== 'POP') heading.current?.focus({ preventScroll: true });
  }, [pathname, how]);
  return (
    <>
      <title>{`${title} · ${site}`}</title>
      <h1 ref={heading} tabIndex={-1} className={className}>
        {children ?? title}
      </h1>
    </>
  );
};

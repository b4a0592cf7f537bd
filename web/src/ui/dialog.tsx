import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode, RefObject } from 'react';
import styles from './dialog.module.css';
import { CloseIcon } from './icons.tsx';

interface DialogProps {
  open: boolean;
  onClose: () => void;
  /** Its heading, which is also its name. */
  title: string;
  /** `drawer` comes from the end of the line, over the page; `dialog` stands in its middle. */
  as?: 'dialog' | 'drawer';
  /** What gets the focus first; the first thing that can have it unless given. */
  initialFocus?: RefObject<HTMLElement | null>;
  /** Stays in sight while the rest scrolls. */
  footer?: ReactNode;
  children: ReactNode;
}

/**
 * A modal dialog: the focus stays in it and goes back where it came from, Escape and a click beside it close it, what
 * is behind is out of reach.
 */
export const Dialog = ({ open, onClose, title, as = 'dialog', initialFocus, footer, children }: DialogProps) => (
  <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
    <Base.Portal>
      <Base.Backdrop className={styles.backdrop} />
      <Base.Popup className={styles[as]} initialFocus={initialFocus}>
        <header className={styles.head}>
          <Base.Title className={styles.title}>{title}</Base.Title>
          <Base.Close className={styles.close} aria-label="Close">
            <CloseIcon />
          </Base.Close>
        </header>
        <div className={styles.body}>{children}</div>
        {footer && <footer className={styles.foot}>{footer}</footer>}
      </Base.Popup>
    </Base.Portal>
  </Base.Root>
);

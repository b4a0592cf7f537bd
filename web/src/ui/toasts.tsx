import { type ReactNode, useSyncExternalStore } from 'react';
import { announce } from './live-region.tsx';
import styles from './toasts.module.css';

interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'danger';
  action?: ReactNode;
}

const STAYS_MS = 5_000;
const AT_MOST = 3;

const listeners = new Set<() => void>();
let toasts: readonly Toast[] = [];
let made = 0;

const show = (next: readonly Toast[]): void => {
  toasts = next;
  for (const listener of listeners) listener();
};

const dismiss = (id: number): void => show(toasts.filter((toast) => toast.id !== id));

/** Says in passing what has happened; gone after a while. What must be acted on belongs into the page instead. */
export const toast = (text: string, options: { tone?: Toast['tone']; action?: ReactNode } = {}): void => {
  made += 1;
  const id = made;
  show([...toasts, { id, text, tone: options.tone ?? 'plain', action: options.action }].slice(-AT_MOST));
  announce(text);
  setTimeout(() => dismiss(id), STAYS_MS);
};

/** Takes away what was said, where something else shows it now. */
export const clearToasts = (): void => show([]);

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Stands once on the page. The live region has read them out, so they are no second one. */
export const Toasts = () => {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <section className={styles.toasts} aria-label="What has just happened">
      {shown.map(({ id, text, tone, action }) => (
        <div key={id} className={`${styles.toast} ${styles[tone]}`}>
          <span>{text}</span>
          {action}
          <button type="button" className={styles.close} onClick={() => dismiss(id)} aria-label={`Dismiss: ${text}`}>
            ×
          </button>
        </div>
      ))}
    </section>
  );
};

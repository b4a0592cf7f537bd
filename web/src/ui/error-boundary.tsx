import { Component, type ReactNode } from 'react';
import { Button } from './button.tsx';
import { Empty } from './empty.tsx';

interface Props {
  children: ReactNode;
  /** Another one of these starts over: the path of the page. */
  resetKey?: string;
}

/** Catches what a view throws, so that one broken part leaves the rest of the page standing. */
export class ErrorBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError = () => ({ failed: true });

  override componentDidUpdate(before: Props): void {
    if (this.state.failed && before.resetKey !== this.props.resetKey) this.setState({ failed: false });
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <div role="alert">
        <Empty title="This page stumbled" actions={<Button onClick={() => location.reload()}>Load it again</Button>}>
          What you have in your cart and your orders is safe.
        </Empty>
      </div>
    );
  }
}

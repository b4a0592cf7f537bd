/** What operators look at. */
export default function Console() {
  return (
    <main>
      <h1>Console</h1>
    </main>
  );
}

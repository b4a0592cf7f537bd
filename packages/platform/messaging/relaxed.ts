/**
 * A CTE that lets the statement it is joined into commit without waiting for the disk, for writes whose loss in a crash
 * of the database only repeats work: leases, offsets, the removal of events that the log has. Later commits still can't
 * survive without it, the write-ahead log keeps its order. A data-modifying part must name `relaxed` in FROM or USING.
 */
export const relaxed = `relaxed as materialized (select set_config('synchronous_commit', 'off', true))`;

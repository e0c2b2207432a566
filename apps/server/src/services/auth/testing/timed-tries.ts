/** As often as the goal names with MUSTER_TEST_TRIES=1000; fewer are enough for every day. */
export const timedTries = Number(process.env['MUSTER_TEST_TRIES'] ?? 200);

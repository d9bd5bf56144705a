-- Make way for the lag of events that the feed brought.
-- breaking: no

-- Its own file makes it again in this transaction: with gaps, feed_lag and webhook_lag.
-- squawk-ignore ban-drop-function
drop function if exists sync.list_events(
  text, text, text[], text, text, timestamptz, timestamptz, timestamptz, text, integer
);

#!lua flags=allow-oom
-- Forgets a rejected comment whose time is over, if it is still rejected.
-- KEYS: comment rejected audit
-- ARGV: id now
-- RETURNS: 1 if it was forgotten
redis.call('ZREM', rejected, id)
if redis.call('HGET', comment, 'status') ~= 'rejected' then
    return 0
end
redis.call('DEL', comment)
redis.call('XADD', audit, '*', 'comment', id, 'by', 'retention', 'action', 'forget', 'from',
    'rejected', 'to', '', 'at', now)
return 1

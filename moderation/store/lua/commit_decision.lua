#!lua flags=allow-oom
-- Gives a comment the status its decision means, and acknowledges its entry in the scoring stream.
-- A comment that is decided already stays as it is: no comment is decided twice.
-- KEYS: comment scoring published queue author rejected dead audit
-- ARGV: id entry group status priority now made_by reason unscored channel ...
--       (unscored '1' for a dead letter; rest: field value …)
-- RETURNS: 1 if this call decided, status the comment has now
redis.call('XACK', scoring, group, entry)
redis.call('XDEL', scoring, entry)

local found = redis.call('HMGET', comment, 'status', 'created_at')
if found[1] ~= 'scoring' then
    return { 0, found[1] or '' }
end

redis.call('HSET', comment, 'status', status, 'priority', priority, unpack(ARGV, rest))
if status == 'published' then
    redis.call('ZADD', published, found[2], id)
    redis.call('HINCRBY', author, 'published', 1)
elseif status == 'pending' then
    redis.call('ZADD', queue, -priority, id)
    redis.call('HINCRBY', author, 'held', 1)
else
    redis.call('ZADD', rejected, now, id)
    redis.call('HINCRBY', author, 'rejected', 1)
end
if unscored == '1' then
    redis.call('XADD', dead, '*', 'comment', id, 'at', now)
end

redis.call('XADD', audit, '*', 'comment', id, 'by', made_by, 'action', 'decide', 'from', 'scoring',
    'to', status, 'reason', reason, 'at', now)
redis.call('PUBLISH', channel, id .. ' ' .. status)
return { 1, status }

#!lua
-- Records a submission, unless it is a replay of one, or says again what its author has said.
-- KEYS: comment idempotency duplicate thread said author scoring rejected audit
-- ARGV: id status now fingerprint keep_s window_s reason thread_id thread_url thread_title ...
--       (now in ms; fingerprint '' when the caller sent no Idempotency-Key; rest: field value …)
-- RETURNS: outcome (recorded, replayed, reused, duplicate), id of the comment it is about
if redis.call('EXISTS', comment) == 1 then
    return { 'recorded', id }
end

if fingerprint ~= '' then
    local earlier = redis.call('HMGET', idempotency, 'fingerprint', 'id')
    if earlier[1] then
        return { earlier[1] == fingerprint and 'replayed' or 'reused', earlier[2] }
    end
end

local twin = redis.call('GET', duplicate)
if twin then
    return { 'duplicate', twin }
end

redis.call('HSET', comment, 'id', id, 'status', status, 'created_at', now, unpack(ARGV, rest))
redis.call('SET', duplicate, id, 'EX', keep_s)
if fingerprint ~= '' then
    redis.call('HSET', idempotency, 'fingerprint', fingerprint, 'id', id)
    redis.call('EXPIRE', idempotency, keep_s)
end

-- The first submission names a thread; later ones cannot rename it.
if redis.call('EXISTS', thread) == 0 then
    redis.call('HSET', thread, 'id', thread_id, 'url', thread_url, 'title', thread_title,
        'created_at', now)
end
redis.call('INCR', said)
redis.call('EXPIRE', said, window_s)
redis.call('HSETNX', author, 'first_seen', now)

redis.call('XADD', audit, '*', 'comment', id, 'by', 'author', 'action', 'submit', 'from', '',
    'to', status, 'reason', reason, 'at', now)
if status == 'scoring' then
    redis.call('XADD', scoring, '*', 'comment', id)
else
    redis.call('ZADD', rejected, now, id)
    redis.call('HINCRBY', author, 'rejected', 1)
end
return { 'recorded', id }

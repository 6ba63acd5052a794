#!lua flags=allow-oom
-- Gives a claimed item back to the queue. An item nobody holds is released already.
-- KEYS: comment claims claimants
-- ARGV: id moderator
-- RETURNS: outcome (done, claimed, missing), status now, moderator who holds it
local status = redis.call('HGET', comment, 'status')
if not status then
    return { 'missing', '', '' }
end

local time = redis.call('TIME')
local ms = time[1] * 1000 + math.floor(time[2] / 1000)
local deadline = redis.call('ZSCORE', claims, id)
local holder = redis.call('HGET', claimants, id)
if deadline and tonumber(deadline) > ms and holder ~= moderator then
    return { 'claimed', status, holder }
end

redis.call('ZREM', claims, id)
redis.call('HDEL', claimants, id)
return { 'done', status, '' }

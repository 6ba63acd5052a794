#!lua flags=allow-oom
-- Leases one waiting item to a moderator, unless somebody else holds it. A repeat renews the lease.
-- KEYS: comment queue claims claimants
-- ARGV: id moderator lease_ms
-- RETURNS: outcome (done, claimed, late, missing), status now, moderator who holds or acted
local found = redis.call('HMGET', comment, 'status', 'acted_by')
if not found[1] then
    return { 'missing', '', '' }
end
if not redis.call('ZSCORE', queue, id) then
    return { 'late', found[1], found[2] or '' }
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local deadline = redis.call('ZSCORE', claims, id)
local holder = redis.call('HGET', claimants, id)
if deadline and tonumber(deadline) > now and holder ~= moderator then
    return { 'claimed', found[1], holder }
end

redis.call('ZADD', claims, now + lease_ms, id)
redis.call('HSET', claimants, id, moderator)
return { 'done', found[1], moderator }

#!lua flags=allow-oom
-- Leases the most urgent items that nobody holds to a moderator. A lapsed claim counts as none.
-- KEYS: queue claims claimants answer
-- ARGV: moderator limit lease_ms
-- RETURNS: ids of the leased comments, most urgent first
local earlier = redis.call('LRANGE', answer, 0, -1)
if #earlier > 0 then
    return earlier
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wanted, taken, offset, step = tonumber(limit), {}, 0, 100

while #taken < wanted do
    local ids = redis.call('ZRANGE', queue, offset, offset + step - 1)
    if #ids == 0 then
        break
    end
    for _, id in ipairs(ids) do
        local deadline = redis.call('ZSCORE', claims, id)
        if #taken < wanted and not (deadline and tonumber(deadline) > now) then
            redis.call('ZADD', claims, now + lease_ms, id)
            redis.call('HSET', claimants, id, moderator)
            taken[#taken + 1] = id
        end
    end
    offset = offset + step
end

-- The client repeats a command that timed out: the repeat must not lease other items.
if #taken > 0 then
    redis.call('RPUSH', answer, unpack(taken))
    redis.call('PEXPIRE', answer, 10000)
end
return taken

#!lua flags=allow-oom
-- Weighs a request against several limits at once (GCRA): all of them are consumed, or none.
-- A limit marked as a valve never refuses; its state says that it is open.
-- GCRA: brandur.org/rate-limiting; theoretical arrival time (tat) per key, in ms of server time.
-- KEYS: answer ...
-- ARGV: ...  (per limit: milliseconds per event, burst, 1 if it is a valve)
-- RETURNS: allowed, retry after ms, valve open, then per limit: remaining, ms until full
local earlier = redis.call('LRANGE', answer, 0, -1)
if #earlier > 0 then
    return earlier
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local allowed, retry_after, valve_open = 1, 0, 0
local limits = {}
for i = 2, #KEYS do
    local at = (i - 2) * 3
    local interval, burst, is_valve = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), ARGV[at + 3]
    local tat = math.max(tonumber(redis.call('GET', KEYS[i]) or 0), now)
    local wait = tat + interval - burst * interval - now
    local limit = { key = KEYS[i], interval = interval, burst = burst, tat = tat, consumes = true }
    if wait > 0 and is_valve == '1' then
        valve_open, limit.consumes = 1, false
    elseif wait > 0 then
        allowed, retry_after = 0, math.max(retry_after, wait)
    end
    limits[#limits + 1] = limit
end

local result = { allowed, math.ceil(retry_after), valve_open }
for _, limit in ipairs(limits) do
    if allowed == 1 and limit.consumes then
        limit.tat = limit.tat + limit.interval
        redis.call('SET', limit.key, limit.tat, 'PX', math.ceil(limit.tat - now))
    end
    local used = (limit.tat - now) / limit.interval
    result[#result + 1] = math.max(0, math.floor(limit.burst - used + 1e-6))
    result[#result + 1] = math.ceil(limit.tat - now)
end

-- The client repeats a command that timed out: the repeat must not consume again.
if allowed == 1 then
    redis.call('RPUSH', answer, unpack(result))
    redis.call('PEXPIRE', answer, 10000)
end
return result

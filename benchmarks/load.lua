-- Sends the requests of a file over and over, one line each: method, path and body with tabs between them.
-- Afterwards it prints one line of JSON. Usage: wrk -s load.lua ADDRESS -- FILE TOKEN

local requests, sent = {}, 0

function init(arguments)
    local headers = { ["Authorization"] = "Bearer " .. arguments[2], ["Content-Type"] = "application/json" }
    for line in io.lines(arguments[1]) do
        local method, path, body = line:match("^(.-)\t(.-)\t(.*)$")
        table.insert(requests, wrk.format(method, path, headers, body ~= "" and body or nil))
    end
end

function request()
    sent = sent + 1
    return requests[(sent - 1) % #requests + 1]
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '{"requests": %d, "seconds": %.6f, "refused": %d, "lost": %d, "p50_ms": %.3f, "p99_ms": %.3f}\n',
        summary.requests, summary.duration / 1e6, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end

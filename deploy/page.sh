#!/bin/sh
# Start a cluster's page server: Streamlit, and the local Ray node that its driver uses.
# Arguments are passed to Streamlit: deploy/page.sh --server.port 8502
#
# The node doesn't train (no CPUs). It exits a minute after its head is gone, and can't join a new
# head. So this script restarts the node in a loop.
address="${UNROLLED_RAY:?UNROLLED_RAY must be the address of the cluster: HOST:PORT of its head}"

keep_node() {
    trap 'kill "$node"; exit' TERM
    while :; do
        ray start --address="$address" --num-cpus=0 --object-store-memory=200000000 \
            --include-log-monitor=false --block &
        node=$!
        wait "$node"
        sleep 3
    done
}

keep_node &
keeper=$!
streamlit run app.py "$@" &
page=$!
trap 'kill "$page"' INT TERM
wait "$page"
code=$?
kill -0 "$page" 2>/dev/null && wait "$page" # a signal ends the first wait before Streamlit exits
kill "$keeper"
exit "$code"

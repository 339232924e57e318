#!/bin/sh
# A page server of a cluster: Streamlit, and beside it the Ray node that its driver speaks through.
# What it is given goes to Streamlit: deploy/page.sh --server.port 8502
#
# The node trains nothing (no CPUs). It ends a minute after its head has gone, and a head that comes
# back knows nothing of it: so it is started again, for ever.
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
nodes=$!
streamlit run app.py "$@" &
page=$!
trap 'kill "$page"' INT TERM
wait "$page"
code=$?
kill -0 "$page" 2>/dev/null && wait "$page" # a signal ends the first wait, and Streamlit a bit later
kill "$nodes"
exit "$code"

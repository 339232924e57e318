"""Stacks to compare with Keras, by kind of layer.

The first stack of a kind is the simplest one that works. Tests change its settings one at a time.
Its other stacks are edge cases: sizes of None, masks, other ranks, lists, inputs that don't fit.
"""

_TEXT = """
input: input_t4_f3 input_tany_fany_b2~drop input_formflat~dense input_formtokens~embed
  input_formother_x5.4.4.1~td-conv2d_k2 input_formother_x0.3~dense
unpack: input_t4_f3~lstm_u2_state~unpack input_t4_f3~bi_u2_mnone_seq~unpack~lstm_u2
  input_t4_f3~dense~unpack input_t4_f3~mask~lstm_u2_seq_state~unpack~gru_u2
  input_t4_f3~lstm_u2_seq_state~unpack~dense~add_of2.0-3
last: input_t4_f3~lstm_u2_seq~last~dense_k2 input_t4_f3~lstm_u2_seq_state~last
  input_t4_f3~mask~lstm_u2_seq~last~dense input_formother_x4.3.2~last~lstm_u2
lstm: input_t4_f3_b2~lstm_u2 input_t4_f3~mask~lstm_u2~dense input_t4_f3~mask~lstm_u2_seq_state
  input_t4_fany~lstm_u2 input_tany_f3~lstm_u2_seq~lstm_u3_back
  input_t4_f3~lstm_u2_state~input_t5_f2~lstm_u2_seq_from2.1-2.2
  input_t4_f3~lstm_u2_state~input_t5_f2~lstm_u3_from2.1-2.2
  input_t4_f3~lstm_u2_state~input_t5_f2~lstm_u2_from2.1 input_t4_f3~lstm_u2_seq~lstm_as2
  input_formflat~lstm input_t4_f3~lstm_stateful
gru: input_t4_f3_b2~gru_u2 input_t4_f3~mask~gru_u2_seq_state
  input_t4_f3~gru_u2_state~input_t5_f2~gru_u2_seq_from2.1
  input_t4_f3~gru_u2_seq~input_t4_f2~gru_u2_from2
rnn: input_t4_f3_b2~rnn_u2 input_t4_f3~mask~rnn_u2_seq input_t4_f3~rnn_u3_seq~rnn_as2
  input_t4_f3~rnn_u2_seq_state~unpack~rnn_u2_from2.1
bi: input_t4_f3_b2~bi_u2 input_t4_f3~mask~bi_u2_seq_state input_t4_f3~mask~bi_u2_seq_mnone
  input_t4_f3~mask~bi_u2_mave~dense input_t4_f3~bi_u2_csimple-rnn_msum_nobias
  input_t4_f3~bi_u2_stateful
convlstm: input_b2_formother_x4.6.2~convlstm_k3_w2
  input_formother_x0.6.2~mask~convlstm_k3_w2_seq_state input_formother_x4.6.2~convlstm_k3_w7
  input_formother_x4.0.2~convlstm input~convlstm input_formother_x4.6.2~convlstm_stateful
convlstm2d: input_b2_formother_x4.6.5.2~convlstm2d_k3_w2.3
  input_formother_x0.6.5.2~convlstm2d_k3_seq_state_psame_s2.1
  input_formother_x4.6.5.2~convlstm2d_k3_w2.6 input_formother_x4.6.2~convlstm2d
embed: input_t4_formtokens~embed_v9_e2 input_tany_formtokens~embed_v9_e2_mask~lstm_u2_seq
  input_t4_f3~mask~embed_v9_e2 input~lstm_u2_state~embed
dense: input_t4_f3~dense_k2 input_t4_f3~mask~dense_k2 input_fany~dense
  input_t4_f3~dense_k2~input_t5_f2~dense_as2 input_t4_f3~dense_k3~dense_as2
  input_t4_f3~dense_k3_actglu input~lstm_state~dense
td: input_t4_f3~td_k2 input_t4_f3~mask~td_k2~lstm_u2_seq input_formflat~td input_t5_f4~td-gmaxpool
  input_t5_f4~td-permute input_t5_f4~td-lstm input_t5_f4_b2~td-lstm_state
  input_t5_f4~td-convlstm_state input_t5_f4~td-mha input_t5_f4~td-add
  input_t5_f4~td-repeat_n3~td-lstm_u2 input_t5_f4~td-reshape_to2.2~td-flatten
  input_formother_x5.4.3~td-lstm_u2_seq input_formother_x5.4.3~td-bi_u2_mnone
  input_formother_x5.4.3~td-convlstm input_formother_x5.4.3~mask~td-flatten~lstm_u2
  input_formother_x0.8.8.1~td-conv2d_k2~td-maxpool2d~td-flatten~lstm_u2 input~lstm_state~td
repeat: input_formflat~repeat_n3 input~repeat input_f3~lstm_u2~repeat_n4~lstm_u2
flatten: input_t4_f3~flatten input_tany~flatten~dense input_t4_f3~mask~flatten~dense
  input_b3_formother_x~flatten~dense input_b3_formflat_f1~flatten
number: input_t4_f3~number input_t4_f3~number_struediv_n4_rev~number_ssub_n0.5
  input_t4_f3~mask~number_sadd_n-1~lstm_u2
reshape: input_t4_f3~reshape_to6.2 input_t4_f3~reshape_to-1.2 input_tany_f3~reshape_to6.-1
  input_t4_f3~reshape_to5.3 input_t4_f3~reshape_to-1.-1 input_t4_f3~mask~reshape_to12
  input~lstm_state~reshape_to16
permute: input_t4_f3~permute input_t4_f3~mask~permute input_t4_f3~permute_d1.2.3
  input_formother_x5.4.3~permute_d3.1.2
conv1d: input_t12_f4~conv1d_k4_w3 input_tany_f4~conv1d_k4_w3_pcausal input_t12_f4~conv1d_k4_w13
  input_t12_f4~conv1d_k4_s2_d2 input_fany~conv1d
  input_t4_f3~mask~conv1d_k2 input_t12_f4~conv1d_k3~input_t12_f3~conv1d_as2
maxpool: input_t12_f4~maxpool input_t12_f4~maxpool_w13 input_tany_f4~maxpool_w5
  input_t12_f4~maxpool_w5_s3_psame input_t4_f3~mask~maxpool
avgpool: input_t12_f4~avgpool input_t3~avgpool_w4
gmaxpool: input_t12_f4~gmaxpool input_t4_f3~mask~gmaxpool
pool: input_t12_f4~pool input_t4_f3~mask~pool input_t4_f3~mask~pool_keep~dense
upsample: input_t12_f4~upsample input_tany~upsample
zeropad: input_t12_f4~zeropad input_tany~zeropad_p0.3 input_t4_f3~mask~zeropad
crop: input_t12_f4~crop input_t12~crop_c6.6 input_tany~crop_c2.2 input_t4_f3~mask~crop
mask: input_t4_f3~mask input_formflat~mask~dense input~lstm_state~mask
drop: input_t4_f3~drop input_t4_f3~mask~drop
sdrop: input_t4_f3~sdrop input_t4_f3~mask~sdrop input_formflat~sdrop
noise: input_t4_f3~noise input_t4_f3~mask~noise input_b2~lstm_state~noise
bnorm: input_t4_f3~bnorm input_t4_f3~bnorm_a-2 input_t4_f3~bnorm_a3 input_fany~bnorm
  input_t4_f3~mask~bnorm input~lstm_state~bnorm input_t4_f3~bnorm~input_t4_f2~bnorm_as2
lnorm: input_t4_f3~lnorm input_t4_f3~lnorm_a1 input_t4_f3~lnorm_nocenter_noscale
  input_t4_f3~lnorm_a4 input_t4_f3~lstm_u2_state~lnorm input_fany~lnorm input_t4_f3~mask~lnorm
act: input_t4_f3~act input_t4_f4~act_fglu input_t4_f4~act_fthreshold input_t4_f3~mask~act_fsoftmax
  input_b2~lstm_state~act
relu: input_t4_f3~relu input_b2~lstm_state~relu
leaky: input_t4_f3~leaky input_t4_f3~mask~leaky_s0
softmax: input_t4_f3~softmax input_t4_f3~mask~softmax input_t4_f3~softmax_a3
concat: input_t4_f3~dense_k2~concat_of1-2 input_t4_f3~lstm_u2_state~concat input_t4_f3~dense~concat
  input_t4_f3~dense~concat_of2 input_t4_f3~mask~concat_of2~lstm_u2
  input_t4_f3~input_t5_f3~concat_a1_of1-2 input_t4_f3~input_tany_f3~concat_of1-2
  input_t4_f3~input_t4_f3~concat_a3_of1-2 input_t4_f3~input_formflat~concat_of1-2
  input_t4_f3~mask~concat_of1-2~lstm_u2 input_t4_f3~mask~concat_a1_of1-2~lstm_u2
add: input_t4_f3~dense_k3~add_of1-2 input_t4_f3~dense_k2~add_of1-2 input_t4_f3~dense_k1~add_of1-2
  input_t4_f3~input_formflat_f3~add_of1-2 input_t4_f3~input_tany_f3~add_of1-2
  input_b2~input_b4~add_of1-2 input_t4_f3~dense~add_of2 input_t4_f3~mask~dense_k3~add_of2-3
  input_t4_f3~mask~add_of1-2 input_t4_f3~lstm_u2_state~add
sub: input_t4_f3~dense_k3~sub_of1-2 input_t4_f3~dense_k3~sub_of1-2-1
mul: input_t4_f3~dense_k3~mul_of1-2 input_t4_f3~mask~mul_of2-2
ave: input_t4_f3~dense_k3~ave_of1-2-2
max: input_t4_f3~dense_k3~max_of1-2
min: input_t4_f3~dense_k3~min_of1-2 input_t4_f3~dense_k2~min_of1-2
dot: input_t4_f3~input_t5_f3~dot_of1-2 input_t4_f3~input_t5_f2~dot_of1-2
  input_t4_f3~input_t5_fany~dot_of1-2 input_t4_f3~input_formflat_f3~dot_a2.1_of1-2
  input_formflat_f3~input_formflat_f3~dot_a1.1_of1-2 input_t4_f3~input_t4_f3~dot_a-1.-1_norm_of1-2
  input_t4_f3~dense~dot_of2 input_t4_f3~mask~dot_of2-2
mha: input_t4_f3~mha_h2_k4 input_t4_f3~input_t5_f2~mha_h2_k4_of1-2
  input_t4_f3~input_t5_f2~input_t6_f2~mha_h2_k4_of1-2-3 input_formflat~mha input_fany~mha
  input_t4_f3~mask~mha_h2_k4~lstm_u2 input_formother_x5.4.3~mha_h2_k4 input_t4_f3~lstm_u3_state~mha
attend: input_t4_f3~input_t5_f3~attend_of1-2 input_t4_f3~input_t5_f2~attend_of1-2
  input_t4_f3~input_t5_f2~input_t5_f3~attend_of1-2-3 input_t4_f3~attend_of1-1-1-1
  input_t4_f3~mask~attend_of2-1~lstm_u2
addattend: input_t4_f3~input_t5_f3~addattend_of1-2 input_t4_f3~input_t5_f2~addattend_of1-2
  input_fany~addattend_of1-1
conv2d: input_formother_x8.8.2~conv2d_k3 input_formother_x8.8.2~conv2d_k3_w9.1
  input_formother_x0.8.2~conv2d_k3_w3.2_s2.1_psame input_formother_x8.8.0~conv2d
maxpool2d: input_formother_x8.8.2~maxpool2d input_formother_x8.8.2~maxpool2d_w2.9
avgpool2d: input_formother_x8.8.2~avgpool2d
gmaxpool2d: input_formother_x8.8.2~gmaxpool2d
pool2d: input_formother_x8.8.2~pool2d input_formother_x0.8.2~pool2d_keep
"""
"""Each kind with a colon, followed by its stacks as in a link."""
CASES = {}
for word in _TEXT.split():
    if word.endswith(":"):
        CASES[word[:-1]] = texts = []
    else:
        texts.append(word)

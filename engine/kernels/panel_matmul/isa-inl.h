// The kernels of one instruction set: WOOLLY_TARGET names the namespace, WOOLLY_LANES the lanes.
namespace woolly::WOOLLY_TARGET {
namespace {

#include WOOLLY_LANES

#include "engine/kernels/panel_matmul/decode-inl.h"
// Of every type.
#include "engine/kernels/panel_matmul/with_decoder-inl.h"
// Through it.
#include "engine/kernels/panel_matmul/product-inl.h"
// After the two they use.
#include "engine/kernels/panel_matmul/gemm_floats-inl.h"
// And these.
#include "engine/kernels/panel_matmul/gemm-inl.h"

}  // namespace

void panel_matmul(const PanelMatmulArgs& args) noexcept;
void panel_gemm(const PanelGemmArgs& args) noexcept;

void panel_matmul(const PanelMatmulArgs& args) noexcept {
  with_decoder(args.weights->dtype, Multiply{args});
}

void panel_gemm(const PanelGemmArgs& args) noexcept {
  with_decoder(args.weights->dtype, Gemm{args});
}

}  // namespace woolly::WOOLLY_TARGET

// The kernels of one instruction set: WOOLLY_TARGET names the namespace, WOOLLY_LANES the lanes.
namespace woolly::WOOLLY_TARGET {
namespace {

#include WOOLLY_LANES

#include "engine/kernels/panel_matmul/decode-inl.h"
#include "engine/kernels/panel_matmul/product-inl.h"

}  // namespace

void panel_matmul(const PanelMatmulArgs& args) noexcept;
void unpack_panel(const UnpackArgs& args) noexcept;

void panel_matmul(const PanelMatmulArgs& args) noexcept {
  with_decoder(args.weights->dtype, Multiply{args});
}

void unpack_panel(const UnpackArgs& args) noexcept {
  with_decoder(args.weights->dtype, Unpack{args});
}

}  // namespace woolly::WOOLLY_TARGET

/** Pascal VOC's 21 classes, background first. */
export const VOC_CLASSES: readonly string[] = (
  "background aeroplane bicycle bird boat bottle bus car cat chair cow dining-table dog horse motorbike person " +
  "potted-plant sheep sofa train tv"
).split(" ");

/** LPRNet's characters in channel order: provinces, digits, letters without I, then I, O and the dash. */
export const PLATE_ALPHABET: readonly string[] = (
  "京沪津渝冀晋蒙辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新" +
  "0123456789" +
  "ABCDEFGHJKLMNPQRSTUVWXYZIO"
).split("");

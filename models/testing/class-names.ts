/** COCO's 80 classes in the order of its detectors' channels. */
export const COCO_CLASSES: readonly string[] = (
  "person bicycle car motorcycle airplane bus train truck boat traffic-light fire-hydrant stop-sign parking-meter bench " +
  "bird cat dog horse sheep cow elephant bear zebra giraffe backpack umbrella handbag tie suitcase frisbee skis " +
  "snowboard sports-ball kite baseball-bat baseball-glove skateboard surfboard tennis-racket bottle wine-glass cup fork " +
  "knife spoon bowl banana apple sandwich orange broccoli carrot hot-dog pizza donut cake chair couch potted-plant bed " +
  "dining-table toilet tv laptop mouse remote keyboard cell-phone microwave oven toaster sink refrigerator book clock " +
  "vase scissors teddy-bear hair-drier toothbrush"
).split(" ");

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
